"""Functions, Glue jobs, and how they are packaged."""
