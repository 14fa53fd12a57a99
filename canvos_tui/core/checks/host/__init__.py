"""HOST-...: this machine."""
