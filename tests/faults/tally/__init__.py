"""A service that counts, to see exactly what is lost and what is doubled."""
