"""One question about a clip a file. Rule: pure functions of a Case; no finding without evidence to re-check."""
