"""The code behind ``make``: it sets up, runs and checks the system with the standard library."""
