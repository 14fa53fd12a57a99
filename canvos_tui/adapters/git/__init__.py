"""git and the checkout's folder."""
