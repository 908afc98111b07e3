"""Exports: what clients order."""
