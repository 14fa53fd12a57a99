"""AWS-...: keys, bucket, rights and names."""
