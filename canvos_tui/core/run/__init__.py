"""A run of the build: its plan, its events, the reducer, its result, its signs of life."""
