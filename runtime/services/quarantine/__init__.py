"""Quarantined rows: reading them, and closing them by hand."""
