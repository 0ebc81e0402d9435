"""HTTP for the reports: threads get complete requests only, and no client can block the others."""
