"""Everything that the reports read: one module a subject, all SQL in here, the role only reads."""
