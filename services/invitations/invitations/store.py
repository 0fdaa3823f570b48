"""Rows to domain and back. None yet."""
