"""What AWS told us, as values, and what its policies mean."""
