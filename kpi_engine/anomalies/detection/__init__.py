"""Anomalous days and the groups they form."""
