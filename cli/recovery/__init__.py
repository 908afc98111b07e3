"""Commands that bring a stage back after a loss."""
