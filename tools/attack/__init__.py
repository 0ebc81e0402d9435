"""``make attack``: attacks a separate system and checks whether its promises hold."""
