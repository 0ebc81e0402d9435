"""Routes of the first version, kept for its clients."""
