"""Parts alone: no server, no database."""
