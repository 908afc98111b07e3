"""Step Functions in the emulator."""
