"""The REST API: API Gateway, its firewall, its clients and its logs."""
