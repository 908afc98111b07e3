"""Staging: one uploaded file becomes staged rows, or is rejected with a reason. Nothing here accesses the lake or the database."""
