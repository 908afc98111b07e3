"""Parts of the benchmark of anomaly detectors: panels, events, detectors and counts."""
