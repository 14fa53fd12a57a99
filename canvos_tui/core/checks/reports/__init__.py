"""A report as text, as a document, beside another one, and beside what passed before."""
