"""The state machine of a run: states, permissions, schedule, events and topics."""
