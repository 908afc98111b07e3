"""Commands that show forecasts and write them to files."""
