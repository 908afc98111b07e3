"""Kill drills: end a process of a run at a random moment, recover, and compare the tables with those of an undisturbed run."""
