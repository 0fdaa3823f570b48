"""Appointments, holds and the one place that decides who gets a slot."""
