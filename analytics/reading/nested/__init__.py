"""Values inside values: objects, lists and text that holds them become columns by their paths, and payloads become rows."""
