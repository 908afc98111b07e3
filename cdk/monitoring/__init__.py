"""Alarms, dashboards, the budget and the canary."""
