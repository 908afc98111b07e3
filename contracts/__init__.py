"""Constants, documents and schemas that several packages share. Imports the standard library alone, so that every package can import it."""
