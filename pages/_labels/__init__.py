"""What the Labels page needs beyond its script."""
