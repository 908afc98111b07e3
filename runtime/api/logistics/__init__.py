"""Routes of what the logistics engine measured."""
