"""Calculating and describing KPIs."""
