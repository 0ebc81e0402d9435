"""Plotly figures as plain dictionaries: light to make and to cache; a test has plotly validate each."""
