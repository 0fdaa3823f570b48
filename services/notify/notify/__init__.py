"""Tells customers and practitioners what happened to an appointment, and proves that the message arrived."""
