"""Stand-ins for AWS, for CanvOS and for the machine: they carry the rehearsal and serve the tests as doubles."""
