"""Routes of figures over time and of the whole accuracy report."""
