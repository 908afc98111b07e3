"""Pages of docs/ that are written by the code: `python -m tools.documentation`."""
