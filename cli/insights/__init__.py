"""Commands for insights: what there is to do, and why."""
