"""What changed: the history of requests, a list of changes that replays, and feeds of them."""
