"""Routes of the first version."""
