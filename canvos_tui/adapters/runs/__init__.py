"""Build runs in the state directory: folder, lock, pipe, heart."""
