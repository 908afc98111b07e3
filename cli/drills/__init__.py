"""Drills: make an alarm fire on the local stack."""
