"""Which labels may be believed, and what the last weeks will say once all have come."""
