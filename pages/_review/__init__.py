"""What the Review page needs beyond its script."""
