"""``make attack``: a system of its own under hostile use, and whether it kept its promises."""
