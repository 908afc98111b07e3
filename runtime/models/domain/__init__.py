"""Entities and documents of the domain."""
