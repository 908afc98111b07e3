"""Notifications of alarms for people: what they say, and when they are sent."""
