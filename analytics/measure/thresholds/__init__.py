"""What decisions cost at every threshold, and where the line should be."""
