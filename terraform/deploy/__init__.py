"""Puts images into service: what the deploy workflow runs, and a person by hand."""
