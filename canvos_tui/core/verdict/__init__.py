"""What came of a run, by what AWS shows: start with judge.py."""
