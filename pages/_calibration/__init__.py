"""What the Calibration page needs beyond its script."""
