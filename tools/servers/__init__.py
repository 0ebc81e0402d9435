"""Private PostgreSQL and Redis servers, each with a folder and a port of its own."""
