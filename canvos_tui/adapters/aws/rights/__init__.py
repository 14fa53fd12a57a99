"""How AWS is asked what these keys may do: the questions, the ways to put them, and the proofs that write something."""
