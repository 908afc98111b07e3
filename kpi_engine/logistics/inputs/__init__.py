"""From the caller's frames to arrays."""
