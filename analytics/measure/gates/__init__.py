"""Gates: whether a statement holds, how many more rows would tell, and when they will be there."""
