"""What a file is, and from its format to a plain table or text."""
