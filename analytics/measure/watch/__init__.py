"""Watching a log over time without crying wolf."""
