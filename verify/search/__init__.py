"""Where else a clip may be, one service a file. Rule: links for people; requests only when asked by name."""
