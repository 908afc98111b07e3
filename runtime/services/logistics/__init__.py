"""Measuring service, transport and capacity of a run, and reading what was measured."""
