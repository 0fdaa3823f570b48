"""One function per question, command or event: (session, …, request) -> answer. They never commit.

slots       what customers ask: catalogue, week grid, and what booking asks: offer, alternatives
services    the catalogue of services
calendars   calendars and their working hours
days_off    holidays, vacations, absences
planner     what staff see beside appointments, and why a time cannot be booked
projection  what other services' events change
tell        the events that this service emits
"""
