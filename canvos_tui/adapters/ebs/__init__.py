"""Amazon EBS direct APIs: a raw image written into a snapshot, block by block."""
