"""Anomalies: feedback on events, and alerts."""
