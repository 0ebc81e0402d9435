"""The visitors of the load tests, one small class each, and the service levels that they must find."""
