"""Connections to PostgreSQL: TLS, a failover, the reader."""
