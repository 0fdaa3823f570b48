"""What customers ask (catalogue, week grid) and what booking asks (offer, alternatives). Reads only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from availability.contracts import views
from availability.domain import grid, rules
from availability.domain.errors import NotFound, SlotNotOffered
from availability.domain.model import Agenda, Terms
from availability.domain.render import week_grid
from availability.domain.zones import DAY, FIRST_DAY, LAST_DAY, MINUTE, as_datetime, day_of, instant, text
from availability.store import settings
from availability.store.agendas import Selection, fill, selection
from runtime.db import Session

Request = dict[str, Any]
STRIDE = 28 * DAY  # how far one look ahead for the next free slot reaches
STAFF_DAYS = 366  # how far ahead staff are shown free times
AROUND = 10 * DAY  # alternatives are looked for this near first


def catalogue(session: Session, practice: str) -> Request:
    """Released services and active calendars: what a customer can choose from."""
    calendars = [row for row in settings.calendars_of(session, practice) if row["active"]]
    active = {row["id"] for row in calendars}
    links = settings.links(session, practice)
    return {
        "services": [
            views.public_service(row, [id for id in links.get(row["id"], ()) if id in active])
            for row in settings.services_of(session, practice)
            if row["released"]
        ],
        "calendars": [views.public_calendar(row) for row in calendars],
    }


def slots(session: Session, now: datetime, request: Request, *, staff: bool) -> str:
    """The week grid as JSON text. Staff see services that are not released, too, and in the mode `staff` what they may
    book: without notice, window and limits. In the mode `move` customers see where an appointment of theirs can go: as
    long as it is, and though its service may not be released any more. Raises NotFound."""
    moves = request["mode"] == "move"
    chosen = _choose(session, request, unreleased=staff or moves)
    if staff and request["mode"] == "staff":
        chosen = _for_staff(chosen, _terms(chosen, request))
    elif moves:
        chosen = replace(chosen, terms=_terms(chosen, request))
    moment, zone, first = int(now.timestamp()), request["tz"], request["since"]
    since, until = (_midnight(zone, first.toordinal() + days) for days in (0, request["days"]))
    agendas = fill(session, [one for one in chosen.agendas if one.active], since, until, moment)
    found = grid.offered(agendas, chosen.terms, since, until, moment)
    free = grid.first_bookable(found, since)
    if free is None:
        free = _look_ahead(session, agendas, chosen.terms, max(until, moment), moment)
    return week_grid(zone, first, request["days"], found, agendas, chosen.terms.duration, free)


def _for_staff(chosen: Selection, terms: Terms) -> Selection:
    """What staff may book, as `rules.OBEYED` has it."""
    unlimited = tuple(replace(agenda, max_per_day=None, max_per_week=None) for agenda in chosen.agendas)
    terms = replace(terms, notice=0, window_days=max(terms.window_days, STAFF_DAYS))
    return replace(chosen, agendas=unlimited, terms=terms)


def _look_ahead(session: Session, agendas: Sequence[Agenda], terms: Terms, since: int, now: int) -> int | None:
    """The first bookable start from `since` to the end of the booking window."""
    end = max((rules.window_end(agenda, terms, now) for agenda in agendas), default=since)
    while since < end:
        until = min(since + STRIDE, end)
        found = grid.offered(fill(session, agendas, since, until, now), terms, since, until, now)
        if (free := grid.first_bookable(found, since)) is not None:
            return free
        since = until
    return None


def alternatives(session: Session, now: datetime, request: Request) -> list[Request]:
    """Bookable slots nearest to `start`, the nearest first, never `start` itself; fewer where there are fewer. Who asks
    had an offer: the service need not be released."""
    chosen = _choose(session, request, unreleased=True)
    chosen = replace(chosen, terms=_terms(chosen, request))
    start, moment, zone, count = (
        int(request["start"].timestamp()),
        int(now.timestamp()),
        request["tz"],
        request["count"],
    )
    ends = [rules.window_end(agenda, chosen.terms, moment) for agenda in chosen.agendas]
    for since, until in ((start - AROUND, start + AROUND), (moment, max(ends, default=moment))):
        agendas = fill(session, [one for one in chosen.agendas if one.active], since, until, moment)
        found = grid.offered(agendas, chosen.terms, since, until, moment)
        nearest = grid.nearest(found, start, count)
        if len(nearest) == count:
            break
    return [
        {
            "start": text(zone, near),
            "end": text(zone, near + chosen.terms.duration),
            "calendars": grid.members(agendas, found[near]),
        }
        for near in nearest
    ]


def offer(session: Session, now: datetime, request: Request) -> Request:
    """What booking needs to know before it books. Raises NotFound, or SlotNotOffered with the reason.

    Whether the time is taken is not refused here: booking's constraint decides.
    """
    chosen = _choose(session, request, unreleased=request["mode"] not in ("online", "held"))
    terms, start, moment = _terms(chosen, request), int(request["start"].timestamp()), int(now.timestamp())
    agendas = fill(session, chosen.agendas, start, start + terms.duration, moment)
    willing = _willing(agendas, terms, start, moment, rules.OBEYED[request["mode"]])
    rows = {row["id"]: row for row in chosen.calendars}
    begin, end = rules.occupied(terms, start)
    return {
        **views.offer(
            chosen.service,
            terms.duration // MINUTE,
            as_datetime(start),
            as_datetime(start + terms.duration),
            (as_datetime(begin), as_datetime(end)),
        ),
        "candidates": [views.candidate(rows[agenda.id]) for agenda in willing],
    }


def _willing(agendas: Sequence[Agenda], terms: Terms, start: int, now: int, obey: frozenset[str]) -> list[Agenda]:
    """The calendars that offer the start, in the order in which booking should try them."""
    refusals = {one.id: rules.obstacles(one, terms, start, now, obey) for one in agendas}
    willing = [one for one in agendas if not refusals[one.id]]
    if not willing:
        # Of several calendars the one that came closest: its reason helps most.
        weightiest = max((found[0] for found in refusals.values()), key=rules.REASONS.index, default="inactive")
        raise SlotNotOffered(reason=weightiest)

    def preference(agenda: Agenda) -> tuple[bool, bool, tuple[int, int]]:
        day = day_of(agenda.zone, start)
        return rules.is_taken(agenda, terms, start), rules.is_full(agenda, day), rules.load(agenda, day)

    return sorted(willing, key=preference)  # stable: by nickname where all is equal


def _terms(chosen: Selection, request: Request) -> Terms:
    override = request["duration_minutes"]
    return replace(chosen.terms, duration=override * MINUTE) if override else chosen.terms


def _choose(session: Session, request: Request, *, unreleased: bool) -> Selection:
    """The service with all its calendars or the one asked for. Raises NotFound."""
    chosen = selection(session, request["practice_id"], request["service"], request["calendar"])
    if chosen is None or not (chosen.service["released"] or unreleased):
        raise NotFound(service=request["service"])
    if request["calendar"] and not chosen.agendas:
        raise NotFound(calendar=request["calendar"])
    return chosen


def _midnight(zone: str, day: int) -> int:
    """The day's start; days outside the years in which anybody works are drawn to their edge."""
    return instant(zone, min(max(day, FIRST_DAY - 2), LAST_DAY + 2), 0)
