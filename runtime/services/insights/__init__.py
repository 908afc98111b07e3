"""Insights: derive them from a run, follow their lifecycle, read and change them."""
