"""The search at the top of the desk: customers and appointments in one page."""

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.desk.frame import page, show

PEOPLE, APPOINTMENTS = 10, 10


@page("/search", "desk_search")
def search() -> Response:
    """Whoever and whatever the words are found in: customers by name, coming appointments, then past ones."""
    words = request.args.get("q", "").strip()[:100]
    if not words:
        return show("desk/search.html", words="", people=None, coming=None, past=None)
    booking = current_services().booking
    query = {"q": words, "limit": APPOINTMENTS}
    return show(
        "desk/search.html",
        words=words,
        people=booking.customers({"q": words, "limit": PEOPLE}),
        coming=booking.appointments(query | {"scope": "upcoming"}),
        past=booking.appointments(query | {"scope": "past"}),
    )
