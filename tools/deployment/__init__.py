"""What can be checked of the deployment without an account."""
