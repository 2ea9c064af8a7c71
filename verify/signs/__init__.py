"""Signs of who touched a file, and what they suggest. Rule: rows of data with a source, applied by a small engine."""
