"""The AWS emulator of the local stack: ministack 1.5.33 and extensions for what it lacks, one module per gap."""
