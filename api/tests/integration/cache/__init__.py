"""What is kept, for whom, and for how long."""
