"""Clients that start, cancel, republish and redrive runs at the same time, while a checker reads what must hold all along."""
