"""What the Report page needs beyond its script."""
