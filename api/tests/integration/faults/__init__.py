"""What happens when something else breaks."""
