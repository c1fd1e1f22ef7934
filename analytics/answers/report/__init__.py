"""What a report asks: the answers of its sections, and what stands on its first page."""
