"""The API as an operator starts and stops it."""
