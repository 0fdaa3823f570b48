"""The calendar's page with its list, and the data of the drawn calendar."""

from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_interval, format_skeleton
from flask import Response, request
from werkzeug.wrappers import Response as Answer

from gateway.api.framework import answer
from gateway.context import current_services, gateway, locale
from gateway.pages import links
from gateway.pages.backend import Json
from gateway.pages.desk.calendar import plan as plans
from gateway.pages.desk.calendar.span import VIEWS, Span, asked, span
from gateway.pages.desk.frame import done, exists, may, page, show, zone
from gateway.pages.words import _
from gateway.present import long_day, same_clock
from runtime.errors import Refused

WRITE, BLOCK = "booking:write", "availability:write"
UNDOABLE = ("cancelled", "confirmed")
NONE = "none"  # the service whose free times are shown: of no one


@page("/calendar", "desk_calendar")
def calendar() -> Answer:
    """Day, work week, week or month."""
    today = gateway().clock().astimezone(ZoneInfo(zone())).date()
    shown = span(request.args.get("view", ""), request.args.get("date", ""), today, zone())
    services = current_services().availability.list_services()["items"]
    service, named = _service(services, shown)
    plan = plans.load(shown, _id("calendar"), named.replace(NONE, ""))
    return show(
        "desk/calendar/page.html",
        plan=plan,
        span=shown,
        title=title(shown),
        views=views(),
        today=today,
        services=services,
        service=service,
        named=named,
        words=plans.statuses(),
        signs=plans.SIGNS,
        drawn=_settings(plan, service, named),
        foreign=[one for one in plan.calendars if not same_clock(one["time_zone"], zone(), shown.starts)],
        writes=may(WRITE),
        blocks=may(BLOCK),
        did=done(_sentences()),
        undo=_undo(),
        wrong=request.args.get("did") == "not_undone",
        shown=urlencode({"view": shown.view, "calendar": plan.calendar, "service": named}),
    )


@page("/calendar/events", "desk_calendar_events")
def events() -> Response:
    """What the drawn calendar shows of some days: JSON."""
    shown = asked(request.args.get("from", ""), request.args.get("to", ""), zone())
    if shown is None:
        raise Refused("invalid", {"errors": {"to": ["Too long."]}})
    plan = plans.load(shown, _id("calendar"), _id("service"))
    now = gateway().clock().astimezone(ZoneInfo(zone()))
    return answer(
        {
            "events": plans.drawn(plan, editable=may(WRITE)),
            "complete": plan.complete,
            "now": now.strftime("%Y-%m-%dT%H:%M:%S"),
        }
    )


def _id(name: str) -> str:
    """An id from the address; whatever is none counts as not given."""
    try:
        return str(UUID(request.args.get(name, "")))
    except ValueError:
        return ""


def _service(services: list[Json], shown: Span) -> tuple[str, str]:
    """Whose free times are drawn, and what the address says of it: unless it names a service, or none, those of the
    shortest that customers can book, where the hours are drawn."""
    asked = request.args.get("service", "")
    if any(one["id"] == asked for one in services):
        return asked, asked
    if asked == NONE or len(shown.days) > plans.HOURS_SHOWN:
        return "", NONE if asked == NONE else ""
    offered = [one for one in services if one.get("released", True) and one["calendars"]]
    return str(min(offered, key=lambda one: one["duration_minutes"])["id"]) if offered else "", ""


def as_shown() -> dict[str, str]:
    """What a form from the calendar says of how it was shown: its view and its filters; else a day."""
    kept = parse_qs(request.form.get("shown", ""))
    return {"view": "day"} | {name: kept[name][0] for name in ("view", "calendar", "service") if name in kept}


def _undo() -> Json | None:
    """The appointment whose last change can be taken back from here, and the version that the change made."""
    did, id, seen = (request.args.get(name, "") for name in ("did", "id", "v"))
    if did.removesuffix("_silently") not in UNDOABLE or not may(WRITE):
        return None
    try:
        return {"id": str(UUID(id)), "version": seen, "quiet": "1" if did.endswith("_silently") else ""}
    except ValueError:
        return None


def views() -> list[tuple[str, str]]:
    """The views and their words."""
    return list(zip(VIEWS, (_("Day"), _("Work week"), _("Week"), _("Month")), strict=True))


def title(shown: Span) -> str:
    """What stands above the calendar: "Montag, 25. März 2030", "25.–29. März 2030"."""
    if shown.view == "day":
        return f"{long_day(shown.day, locale())} {shown.day.year}"
    if shown.view == "month":
        return str(format_skeleton("yMMMM", shown.day, locale=locale()))
    return str(format_interval(shown.first, shown.days[-1], "yMMMMd", locale=locale()))


def _settings(plan: plans.Plan, service: str, named: str) -> Json:
    """What the script needs to draw. `service`: whose free times; `named`: what addresses say of it."""
    now = gateway().clock().astimezone(ZoneInfo(zone()))
    offset = now.strftime("%z")
    words: dict[str, Any] = {
        "allDay": _("All day"), "noEvents": _("No appointments"), "more": _("more"), "open": _("Open"),
        "confirm": _("Confirm"), "move": _("Move"), "cancel": _("Cancel"), "notify": _("Tell the customer"),
        "failed": _("This could not be loaded. Please try again."), "left": _("still %(time)s"), "menu": _("Actions"),
        "tooMany": _("There is more than can be shown. Choose fewer days or one calendar."),
    }  # fmt: skip
    return {
        "view": plan.span.view,
        "date": plan.span.day.isoformat(),
        "offset": f"{offset[:3]}:{offset[3:]}",
        "locale": locale(),
        "calendar": plan.calendar,
        "service": service,
        "named": named,
        "resources": [
            {"id": one["id"], "title": one["nickname"]} for one in plan.calendars
            if not plan.calendar or one["id"] == plan.calendar
        ],
        "events": links.to("desk_calendar_events"),
        "slot": links.to("desk_calendar_slot") if may(WRITE) or may(BLOCK) else "",
        "away": "/desk/calendar/absences/",
        "change": "/desk/calendar/appointments/" if may(WRITE) else "",
        "appointment": "/desk/appointments/" if exists("desk_appointment") else "",
        "words": words,
    }  # fmt: skip


def _sentences() -> dict[str, str]:
    return {
        "moved": _("The appointment has been moved. The customer will be told."),
        "moved_silently": _("The appointment has been moved. The customer was not told."),
        "stretched": _("The length has been changed. The customer will be told."),
        "stretched_silently": _("The length has been changed. The customer was not told."),
        "cancelled": _("The appointment has been cancelled. The customer will be told."),
        "cancelled_silently": _("The appointment has been cancelled. The customer was not told."),
        "confirmed": _("The appointment has been confirmed. The customer will be told."),
        "undone": _("Taken back."),
        "not_undone": _("That was not possible any more. Somebody may have changed the appointment in the meantime."),
        "away": _("The time is blocked."),
        "back": _("The absence has been removed. The time is free again."),
    }
