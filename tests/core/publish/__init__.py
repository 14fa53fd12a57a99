"""What can be asked of an AMI that is ready."""
