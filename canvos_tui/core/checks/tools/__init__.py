"""TOOL-...: git, Docker and what stands around it."""
