"""Mappings of files in the words of their owner."""
