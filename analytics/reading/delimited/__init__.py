"""Delimited text: how it is laid out, which of its lines are rows, and what was mended to make them so."""
