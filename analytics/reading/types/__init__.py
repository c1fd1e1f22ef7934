"""The type of each column, from how its values are written."""
