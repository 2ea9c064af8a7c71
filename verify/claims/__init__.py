"""What is asserted: words and TOML to records, place names to points. Rule: nothing is invented or averaged."""
