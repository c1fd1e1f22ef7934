"""What the app costs beside the bare queries and its peers, as ratios measured in one run."""
