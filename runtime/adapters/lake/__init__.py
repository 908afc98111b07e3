"""Adapters of the lake's objects and files."""
