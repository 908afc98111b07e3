"""Pictures of groups: what was expected, what came, and the days that were reported."""
