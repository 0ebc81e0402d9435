"""Checks of the deployment, costs of a stage, and releases."""
