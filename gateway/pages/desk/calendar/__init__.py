"""The calendar of the desk: a drawn one for those with scripts, a list of the same days at the same address for all.

span     which days are shown
plan     what stands in them, from two questions to services
page     the page, and the data of the drawn calendar
slot     what can be done with a time: book, be absent, ask why it cannot be booked
change   move, stretch and cancel an appointment; each asks whether the customer shall hear of it
news     the pop-up of a new online booking, on every page of the desk
"""

from gateway.pages.desk.calendar import change, news, page, slot

# Importing them hangs their pages into the blueprint.
MODULES = (page, slot, change, news)
