"""Development tools: generated documentation and package sizes."""
