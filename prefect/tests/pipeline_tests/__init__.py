"""Helpers of the pipeline's tests."""
