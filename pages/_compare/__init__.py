"""What the Compare page needs beyond its script."""
