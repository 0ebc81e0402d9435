"""Private PostgreSQL and Redis servers, each with its own folder and port."""
