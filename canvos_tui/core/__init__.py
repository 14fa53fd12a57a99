"""Rules: pure, no screen, no process, no file, no clock; imports the standard library and itself only."""
