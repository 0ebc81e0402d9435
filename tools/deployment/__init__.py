"""The monthly cost of each stage on AWS."""
