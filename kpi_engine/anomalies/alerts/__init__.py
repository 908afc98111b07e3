"""Alerts: one per material group."""
