"""What can be done with an AMI that is ready: copies, permissions, its end, and the launch of an instance; nothing of it unasked."""
