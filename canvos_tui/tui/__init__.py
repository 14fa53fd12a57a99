"""Pixels and keys: screens that show what the core decided."""
