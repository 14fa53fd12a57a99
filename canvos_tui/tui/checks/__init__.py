"""Check results as rows and details of text."""
