"""What stands behind ``make``: sets up, runs and checks the system with nothing but Python itself."""
