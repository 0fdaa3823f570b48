"""When can somebody be booked? Pure functions over integers: epoch seconds, half-open intervals. Standard library only.

zones    wall clock <-> instants in an IANA zone
model    what is known of a calendar and what a service asks for
hours    the grid of starts that working hours give
rules    why one start cannot be booked
grid     many starts at once, over several calendars
render   the answer as JSON text
"""
