"""Exports: whole lists as files."""
