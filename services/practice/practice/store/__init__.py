"""Rows to domain and back; every query of the service. Never commits."""
