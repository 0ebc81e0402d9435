"""The published files over HTTP, behind every layer of the API."""
