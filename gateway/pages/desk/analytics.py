"""The practice's figures, in tables and as bars."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.wrappers import Response

from gateway import present
from gateway.context import current_services, gateway, locale
from gateway.pages import backend
from gateway.pages.backend import Json
from gateway.pages.desk.appointments import day_of
from gateway.pages.desk.frame import page, sentence, show, signed_in
from runtime.errors import Refused

WIDTH, HEIGHT, FLOOR = 960.0, 240.0, 238.0
KINDS = (("came", ("completed",)), ("rest", ("open",)), ("off", ("cancellations", "no_shows", "declined")))


@page("/analytics", "desk_analytics", scope="booking:read")
def analytics() -> Response:
    """Bookings, cancellations, no-shows, revenue of a time; the last four weeks unless the address names another."""
    practice = gateway().practices.by_id(signed_in()["practice"]["id"])
    today = backend.now().astimezone(ZoneInfo(practice["time_zone"])).date()
    usual = {"from": (today - timedelta(days=27)).isoformat(), "to": today.isoformat(), "per": "day"}
    usual["time_zone"] = practice["time_zone"]
    asked = {name: request.args[name] for name in ("per", "calendar", "service") if request.args.get(name)}
    asked |= {name: str(day) for name in ("from", "to") if (day := day_of(request.args.get(name)))}
    figures, wrong = _figures({**usual, **asked}, usual)
    catalogue = backend.catalogue(practice["id"])
    return show(
        "desk/analytics.html",
        figures=figures,
        wrong=wrong,
        chart=_chart(figures),
        label=lambda period: _label(period, figures["per"]),
        shown=[each for each in figures["periods"] if figures["per"] != "day" or each["bookings"] or each["revenue"]],
        calendars=_choices(catalogue["calendars"], figures["calendars"], "nickname"),
        services=_choices(catalogue["services"], figures["services"], "name"),
    )


def _figures(asked: Json, usual: Json) -> tuple[Json, str]:
    """The figures; those of the usual time, and why, when those asked for make no sense."""
    booking = current_services().booking
    try:
        return booking.analytics(asked), ""
    except Refused as refused:
        if refused.code != "invalid":
            raise
        return booking.analytics(usual), sentence(refused)


def _choices(known: list[Json], lines: list[Json], name: str) -> list[tuple[str, str]]:
    """(id, name) of what is offered now, and of what the figures have besides, such as a service that is gone."""
    found = {one["id"]: one[name] for one in (*lines, *known)}
    return sorted(found.items(), key=lambda one: one[1].casefold())


def _label(period: Json, per: str) -> str:
    first, last = date.fromisoformat(period["from"]), date.fromisoformat(period["to"])
    if per == "day":
        return f"{present.weekday(first, locale())} {present.day_month(first, locale())}"
    return f"{present.day_month(first, locale())} – {present.day_month(last, locale())}"


def _chart(figures: Json) -> Json:
    """Bars of the periods: what came, what is open, what came to nothing, one upon the other."""
    periods = figures["periods"]
    step = WIDTH / max(len(periods), 1)
    most = max((each["bookings"] for each in periods), default=0) or 1
    bars = []
    for number, each in enumerate(periods):
        parts, top = [], FLOOR
        for kind, names in KINDS:
            height = sum(each[name] for name in names) * (FLOOR - 8) / most
            top -= height
            parts += [{"kind": kind, "y": round(top, 1), "height": round(height, 1)}] if height else []
        x, width = round(number * step + step * 0.1, 1), round(max(step * 0.8, 1.0), 1)
        bar: dict[str, Any] = {"x": x, "width": width, "parts": parts, "count": each["bookings"]}
        bars.append({**bar, "label": _label(each, figures["per"])})
    return {"width": WIDTH, "height": HEIGHT, "floor": FLOOR, "bars": bars}
