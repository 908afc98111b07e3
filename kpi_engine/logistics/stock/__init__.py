"""Stock beside the demand that is expected until it can be replenished."""
