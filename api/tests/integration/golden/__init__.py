"""Responses of the original service for 1,500 published rows, and where ours differ intentionally."""
