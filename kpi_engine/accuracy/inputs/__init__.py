"""From the caller's frames to matched points of forecast and actual."""
