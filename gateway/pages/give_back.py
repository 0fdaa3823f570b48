"""The way back from the booking form, in a browser without scripts, too: the time that was kept is free again, or its
own customer would find an "x" there and at the times beside it."""

from contextlib import suppress
from datetime import datetime
from time import sleep
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import redirect, request
from werkzeug.wrappers import Response

from gateway import present
from gateway.context import current_services, gateway
from gateway.pages import backend, links
from gateway.pages.backend import Json
from gateway.pages.blueprint import pages
from gateway.security import limit
from runtime.errors import Refused, Unavailable

LOOKS = 10  # at the slots, until they have heard of it
PAUSE = 0.1  # seconds before each


@pages.post("/p/<slug>/book/release")
def release(slug: str) -> Response:
    """Give the time back, then lead to the grid, or to the choice of services. Whatever fails, the way back is open,
    and the time free when its hold ends."""
    practice = backend.practice(slug)
    with suppress(Refused, Unavailable, ValueError):  # ValueError: no hold, or no instant, came along
        limit("practice", practice["id"])
        gone = current_services().booking.release_hold(practice["id"], str(UUID(request.form.get("hold", ""))))
        with gateway().bell.place() as free:  # or strangers could make every thread wait
            if free and gone.get("released"):
                _heard_of(practice, present.instant(request.form.get("start", "")))
    again = () if request.form.get("change") == "service" else ("service", "calendar", "tz", "from")
    return redirect(links.to("book", slug=slug, **{name: request.args.get(name) for name in again}), 303)


def _heard_of(practice: Json, start: datetime) -> None:
    """Wait a moment for the event that tells it: the grid comes next, and must not show what was."""
    service, calendar = request.args.get("service", ""), request.form.get("with")
    day = start.astimezone(ZoneInfo(practice["time_zone"])).date()
    for _look in range(LOOKS):
        sleep(PAUSE)
        answer = backend.slots(practice["id"], service, calendar, day, 1, practice["time_zone"])
        slots = [slot for each in answer["days"] for slot in each["slots"]]
        if any(slot["bookable"] and present.instant(slot["start"]) == start for slot in slots):
            return
