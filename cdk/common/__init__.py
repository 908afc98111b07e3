"""Shared by all constructs: checks, suppressions, log groups, dead-letter queues and metrics."""
