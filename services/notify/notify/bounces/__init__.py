"""Mails that come back: whose they are (`verp`), what they say (`report`), how they reach us (`listener`, `imap`)."""
