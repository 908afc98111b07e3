"""The metrics, computed from matched points."""
