"""What is on the wire: `requests` (RPC payloads), `views` (RPC answers), `events` (told and read), `fields` (parts)."""
