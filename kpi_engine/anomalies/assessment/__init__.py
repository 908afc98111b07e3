"""What a group of anomalies is, how severe, and what it costs."""
