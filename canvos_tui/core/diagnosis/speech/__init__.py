"""Who says a line of a log, for which reason, and which places it names."""
