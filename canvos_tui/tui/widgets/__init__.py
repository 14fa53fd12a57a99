"""Widgets that two or more steps use."""
