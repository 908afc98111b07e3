"""Checks of an account before a stage is deployed to it: each is a small class, which reads the account through a port."""
