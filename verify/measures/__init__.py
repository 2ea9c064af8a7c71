"""What is measured in picture and sound over time, one measure a file. Rule: numbers only; checks judge them."""
