"""What the Slices page needs beyond its script."""
