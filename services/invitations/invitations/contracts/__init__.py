"""What the invitations service says on the wire: nothing yet.

It will own the events about video invitations (created, changed, resent, deleted) and about named links (used), and
answer create, list, resend, the join state, and a link by its token. Each enters these registries together with its
handler, its schema and its golden sample, never before.
"""
