"""Vector tiles of the located requests, in clusters whose counts add up."""
