"""What flows between the rooms: frozen records. Rule: they know the standard library only (numpy in one file)."""
