"""What invitations takes and tells: RPC payloads (`requests`), answers (`answers`), events (`events`).

`schemas` and `registry` describe all of it, for documents and tests.
"""
