"""What several packages must agree on, stated once. Imports the standard library alone, so that every package can import it."""
