"""Everything that the reports read: one module per subject, with all of the SQL; the role is read-only."""
