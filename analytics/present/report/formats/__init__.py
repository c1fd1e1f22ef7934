"""What a pack is written as, a module per format, and their registry."""
