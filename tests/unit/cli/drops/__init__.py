"""The outcome of dropped files."""
