"""Adapters of notifications: CloudWatch's records of alarms, and webhooks over HTTPS."""
