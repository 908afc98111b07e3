"""The report: its types, which need the standard library alone, and what builds it from the sums."""
