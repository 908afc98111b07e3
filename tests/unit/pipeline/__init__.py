"""Whole files through the data path: what a person gets for a file."""
