"""What the Logs page needs beyond its script."""
