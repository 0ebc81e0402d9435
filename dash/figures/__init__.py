"""Plotly figures as plain dictionaries: cheap to build and to cache; a test validates each with plotly."""
