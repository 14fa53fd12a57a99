"""The stored log of a run."""
