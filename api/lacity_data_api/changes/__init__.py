"""What changed: the history of requests, a list of changes that can be replayed, and feeds of them."""
