"""The prerequisites: a check is a question to a port and an answer as a value. Start with registry.py."""
