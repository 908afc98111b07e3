"""Deleting old rows."""
