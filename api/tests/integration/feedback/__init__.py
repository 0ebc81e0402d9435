"""Messages from visitors."""
