"""Changes to requests: the history of each request, a list that can be replayed, and feeds."""
