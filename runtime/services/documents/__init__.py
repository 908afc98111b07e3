"""Documents of runs in the lake, read row by row."""
