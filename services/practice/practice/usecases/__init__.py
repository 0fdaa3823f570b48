"""What practice does: one function per command or question, (session, now, …) -> result. None of them commits.

`practices` is the tenant and its places, `sessions` signing in and out, `registration` how a new practice comes to be,
`users` its people, `letters` the links that they get by mail.
"""
