"""The catalogue of a run: its SKUs, sites and lanes."""
