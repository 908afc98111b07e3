"""Detecting anomalies in recent demand."""
