"""What the guide asks for and what the user told us: fields, values, the draft, what is missing, what gets written."""
