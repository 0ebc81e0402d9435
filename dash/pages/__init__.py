"""The reports: one file each, which makes its page while it is imported."""
