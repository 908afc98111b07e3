"""Statements of lists that have an order or a grouping of their own."""
