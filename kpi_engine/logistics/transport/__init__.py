"""Truck utilisation and consolidation plans."""
