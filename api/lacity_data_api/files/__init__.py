"""The published files: byte ranges, a page for browsers and a manifest for programs."""
