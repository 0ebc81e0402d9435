"""Reference data: regions of councils, agencies that own requests, and sources of requests."""
