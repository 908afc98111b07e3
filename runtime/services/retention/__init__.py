"""Deleting old rows of the database."""
