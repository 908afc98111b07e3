"""Insights: findings of a run that somebody can act on, ranked and explained. Standard library only; no clock and no I/O."""
