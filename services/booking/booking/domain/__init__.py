"""Types, rules and named errors of booking. Standard library only."""
