"""The code behind ``make``, which sets up, runs and checks the system, using only the standard library."""
