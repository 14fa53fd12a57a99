"""What the runs of this machine left in AWS and in their checkouts: with age, price and proof, and how it is taken away."""
