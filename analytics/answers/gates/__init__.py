"""May it go on: gates as a file says them, held against a log."""
