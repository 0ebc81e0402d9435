"""Vector tiles of the located requests, in clusters that add up."""
