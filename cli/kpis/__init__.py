"""Commands that show what a run measured."""
