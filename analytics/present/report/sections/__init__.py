"""The sections of a report, a module per question, and their registry."""
