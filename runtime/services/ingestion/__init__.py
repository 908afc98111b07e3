"""Ingestion of uploaded objects."""
