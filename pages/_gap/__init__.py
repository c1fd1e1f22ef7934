"""What the Gap page needs beyond its script."""
