"""What nobody may do to the API."""
