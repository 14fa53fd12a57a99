"""What the pages ask, whatever face asks it: which fields, what to pick from, when a question matters, what to know about an answer."""
