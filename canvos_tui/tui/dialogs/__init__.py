"""Overlays that ask one question and return one value."""
