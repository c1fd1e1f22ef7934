"""What matters first: at most five findings of all pages, ranked by what mending them would win."""
