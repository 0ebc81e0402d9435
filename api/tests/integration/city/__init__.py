"""What the API reads about the city."""
