"""What the Overview page needs beyond its script."""
