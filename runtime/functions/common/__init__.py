"""What the handlers share: the events they accept, their logs and metrics, and the step of a run."""
