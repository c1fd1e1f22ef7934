"""What ruins analyses, found before anyone looks at a chart."""
