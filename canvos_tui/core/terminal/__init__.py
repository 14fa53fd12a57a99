"""Words for a terminal beside its screen: title, clipboard, ASCII."""
