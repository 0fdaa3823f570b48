"""What is on the wire: `requests` (RPC payloads) and `views` (a practice in answers and events).

`schemas` and `registry` describe all of it, for documents and tests.
"""
