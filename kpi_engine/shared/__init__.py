"""Arrays, errors and definitions that the three engines share."""
