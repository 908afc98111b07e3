"""The lake, its tables, and the database."""
