"""What a support engineer gets of a run in one file, and what he reads in it: made from named files only, opened without trust."""
