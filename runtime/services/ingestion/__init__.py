"""Receiving landed objects."""
