"""The tools of firstseen: each module answers one question about one thing. Rule: imports only go down."""
