"""Expected load against capacity."""
