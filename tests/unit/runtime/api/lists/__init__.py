"""Lists of the API, and their files."""
