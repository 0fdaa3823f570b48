"""Types, rules and named errors of invitations. Standard library only."""
