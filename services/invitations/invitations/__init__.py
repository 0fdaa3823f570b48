"""The invitations service: so far its skeleton, which runs, migrates and reports its health."""
