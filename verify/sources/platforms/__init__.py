"""What each platform's addresses and ids tell. Rule: offline; an id dates a post, never a recording."""
