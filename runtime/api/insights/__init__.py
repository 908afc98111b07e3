"""Insights: what there is to do, and why."""
