"""The page that describes the routes, with everything it needs."""
