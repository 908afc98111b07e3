"""Copies of database rows in the lake, and the rebuild of the database from them."""
