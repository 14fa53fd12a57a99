"""What the screens paint alike: texts beside labels, commands, bars, and how answers and runs look."""
