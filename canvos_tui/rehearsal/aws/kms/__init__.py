"""KMS as far as a snapshot is encrypted with its keys: which one is meant, whether it can be used, and what DescribeKey says of it."""
