"""Opening and decoding media. Rule: the only room that decodes, and it runs only in the worker's child."""
