"""Values inside values, and payloads of platforms."""
