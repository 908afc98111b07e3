"""Tests of arrays, days and levels."""
