"""Calendars, services, working hours and free slots."""
