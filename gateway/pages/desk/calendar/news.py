"""The pop-up of a new online booking (D2): a piece that the script of every desk page puts into place."""

from typing import Any

from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.desk.frame import page, show


@page("/news/<uuid:id>", "desk_news", scope="booking:read")
def news(id: Any) -> Response:
    """Who booked what, when, with whom."""
    return show("desk/calendar/news.html", appointment=current_services().booking.appointment(str(id)))
