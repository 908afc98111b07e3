"""What every construct shares."""
