"""Types and rules. None yet."""
