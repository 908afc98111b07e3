"""The state machine of a run: states, permissions, schedule and events."""
