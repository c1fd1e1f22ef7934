"""The change of a metric between two sides, in parts that add up."""
