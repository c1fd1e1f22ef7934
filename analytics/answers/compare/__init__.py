"""Should the candidate replace what is live? From pairs of answers to the same input."""
