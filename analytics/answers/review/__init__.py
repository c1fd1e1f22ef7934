"""Why does it fail: cases, what the verdicts say, and replay."""
