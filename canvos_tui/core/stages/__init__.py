"""The stages of a route to the AMI: what each is proven by, and from which one a run can go on."""
