"""How material arrives: files, folders, URLs. Rule: with verify/search, the only room that touches the network."""
