"""The internet."""
