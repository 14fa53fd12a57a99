"""The ports of whoever looks at a bundle: its log and its time, and nothing else that could be asked or done."""
