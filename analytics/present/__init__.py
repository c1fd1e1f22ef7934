"""What goes out: words for numbers, tables, readings, figures, exports and the report."""
