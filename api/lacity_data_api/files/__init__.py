"""The published files: ranges of bytes, a page for people and a manifest for programs."""
