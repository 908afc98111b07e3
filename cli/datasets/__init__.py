"""Commands about the data sets: their contracts in standard form, and the codes of rows that are not used."""
