"""Anomalies: groups, pictures, and feedback on them."""
