"""What the command takes and says: parser, progress, lines of a result. Rule: nothing here prints; `cli.py` does."""
