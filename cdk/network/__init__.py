"""The private network of a stage."""
