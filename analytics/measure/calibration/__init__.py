"""Whether scores can be read as probabilities: arithmetic on score bins."""
