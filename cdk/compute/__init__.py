"""Functions, Glue jobs, their packages, the ingestion queue and the migrations."""
