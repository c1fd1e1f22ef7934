"""The review pack: one HTML file that needs no network."""
