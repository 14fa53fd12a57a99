"""What a policy says of a request: the resources that it touches, their tags and its own, and the conditions on them."""
