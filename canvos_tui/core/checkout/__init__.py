"""The CanvOS folder: its state, its tags, and the rules of the files in it. Asks nothing of the user."""
