"""NET-...: proxy, names and hosts."""
