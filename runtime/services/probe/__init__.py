"""The canary's check of the API."""
