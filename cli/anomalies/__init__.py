"""Commands for anomalies: what was other than expected, and what people say of it."""
