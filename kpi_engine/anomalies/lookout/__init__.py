"""The wire format of Amazon Lookout for Metrics."""
