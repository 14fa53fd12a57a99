"""The wizard as a person uses it: the installed command on a real terminal, a bare home, no option that nobody would give."""
