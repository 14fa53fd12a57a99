"""FILE-...: .arg, .secret and user-data."""
