"""What people add: verdicts on rows, their reasons, what they say together, and the counterexample library."""
