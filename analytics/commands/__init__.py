"""What the commands share: from their options to a question, and from an answer to text."""
