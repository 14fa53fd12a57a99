"""From a terminal's bytes to clean lines, from lines to phases, and searching them."""
