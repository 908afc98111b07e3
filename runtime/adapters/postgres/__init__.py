"""Adapters of PostgreSQL."""
