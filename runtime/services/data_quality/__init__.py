"""Reading the outcome of uploaded objects and of the rows of runs."""
