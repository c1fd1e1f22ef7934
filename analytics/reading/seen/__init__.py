"""Files whose rows are read where they stand, and paths as the engine takes them."""
