"""Tests of the tools, and of facts that must agree across the repository."""
