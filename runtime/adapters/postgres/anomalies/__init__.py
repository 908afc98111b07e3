"""Anomaly events in PostgreSQL."""
