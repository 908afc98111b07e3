"""Insights in PostgreSQL."""
