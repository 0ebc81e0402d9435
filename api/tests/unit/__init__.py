"""Single parts, without a server or a database."""
