"""The practice service: tenants, their places and staff, sign-in, plans."""
