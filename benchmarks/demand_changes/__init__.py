"""The forecaster right after a change of demand whose truth is known."""
