"""/requests and what lies below it."""
