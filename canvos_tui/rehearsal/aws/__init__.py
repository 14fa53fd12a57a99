"""A stand-in for the part of AWS that a build touches: S3, the EC2 calls of an import, STS and one IAM role, over plain HTTP."""
