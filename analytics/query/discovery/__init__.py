"""What a search for slices looks at, and what slices are made of."""
