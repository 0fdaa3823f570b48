"""What is on the wire: `requests` (RPC payloads), `views` (RPC answers), `events` (told and read), `fields` (parts).

`schemas` and `registry` describe all of it, for documents and tests.
"""
