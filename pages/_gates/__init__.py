"""What the Gates page needs beyond its script."""
