"""The wizard line by line: the questions of the pages for whoever has no screen that can be addressed, or reads with the ears."""
