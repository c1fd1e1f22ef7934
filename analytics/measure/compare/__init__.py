"""Two answers to the same input: differences of metrics over pairs, and what they say about replacing one by the other."""
