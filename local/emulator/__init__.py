"""The emulator of AWS that the twin runs: ministack 1.5.33, and what it lacks for this platform, one module per gap."""
