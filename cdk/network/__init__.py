"""The private network of a stage, and its access to AWS services."""
