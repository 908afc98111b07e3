"""Assessment of a group of anomalies: kind, severity and cost."""
