"""The users of the load tests, one small class each, and the service levels they are measured against."""
