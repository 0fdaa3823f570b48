"""Rows to domain and back: all queries and locks of booking. Nothing here commits."""
