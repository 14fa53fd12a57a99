"""canvos-tui: a terminal wizard from a bare Linux machine to a verified AMI."""

__version__ = "0.2.0.dev0"  # a constant, because importlib.metadata costs 50 ms at every start
