"""What the Thresholds page needs beyond its script."""
