"""`signify client`: machine clients of the API, added and removed without a deploy."""
