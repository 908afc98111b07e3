"""The report: headline figures, breakdowns, weeks."""
