"""Workflow steps that need more than one command: typed, tested, and runnable locally."""
