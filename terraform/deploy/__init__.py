"""Deploys images to a stage; used by the deploy workflow and by hand."""
