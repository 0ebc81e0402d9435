"""Tests of the tools, and of what must agree across the repository."""
