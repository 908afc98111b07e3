"""Service level: fill rates and on time in full."""
