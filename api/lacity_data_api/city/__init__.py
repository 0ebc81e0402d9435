"""The city that is served and the rollups that count its requests, as the database describes them."""
