"""Rows that share a key."""
