"""What invitations does: one function per command, `(session, now, …) -> answer`. None commits or calls out."""
