"""The rules, one module for each category: each reads the facts of a run and yields findings, or says why it is silent."""
