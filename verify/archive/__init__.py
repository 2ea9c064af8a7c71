"""What is kept: bytes by hash, a chained log, a library. Rule: evidence is written only here, once."""
