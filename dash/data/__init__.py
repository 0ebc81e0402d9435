"""Data access of the reports: one module per subject, with all of the SQL; the role is read-only."""
