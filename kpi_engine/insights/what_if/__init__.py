"""What follows from an action, computed from the facts of a run."""
