"""What holds of every slot, whatever the hours, the zone and the appointments: looked for by hypothesis."""

import json
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from availability.domain.grid import first_bookable, members, nearest, offered
from availability.domain.hours import period_errors, resolved, within_hours
from availability.domain.model import Agenda, Closure, Taken, Terms, overlap
from availability.domain.render import week_grid
from availability.domain.rules import obstacles, occupied
from availability.domain.zones import DAY, day_of, instant, text

# A search is much to draw; on a busy machine that must not fail the test.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "UTC")
CHANGES = ("2026-03-08", "2026-03-22", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01")
zones = st.sampled_from(ZONES)
days = st.sampled_from([date.fromisoformat(day).toordinal() for day in CHANGES]).flatmap(
    lambda day: st.integers(day - 2, day + 2)
)


@st.composite
def periods(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    bounds = draw(st.lists(st.integers(0, 288).map(lambda five: five * 5), unique=True, max_size=4).map(sorted))
    return tuple(zip(bounds[::2], bounds[1::2], strict=False))


@st.composite
def spans(draw: st.DrawFn, around: int) -> tuple[int, int]:
    start = around + draw(st.integers(-1440, 4 * 1440)) * 60
    return start, start + draw(st.integers(1, 600)) * 60


@st.composite
def agendas(draw: st.DrawFn, around: int) -> Agenda:
    taken = draw(st.lists(spans(around), max_size=6))
    first, two_days = draw(days), (draw(periods()), draw(periods()))
    return Agenda(
        id=str(draw(st.uuids())),
        zone=draw(zones),
        week=(*two_days * 3, ()),
        step=draw(st.sampled_from((5, 15, 25, 30, 60))) * 60,
        max_per_day=draw(st.none() | st.integers(1, 3)),
        max_per_week=draw(st.none() | st.integers(1, 6)),
        closures=draw(st.sampled_from([(), (Closure("holiday", first, first),)])),
        absences=tuple(draw(st.lists(spans(around), max_size=3))),
        taken=tuple(Taken(one, one[0]) for one in taken),
    )


minutes = st.integers(0, 90).map(lambda count: count * 60)
terms = st.builds(
    Terms, st.integers(1, 300).map(lambda count: count * 60), minutes, minutes, minutes, window_days=st.integers(0, 5)
)


@st.composite
def searches(draw: st.DrawFn) -> tuple[list[Agenda], Terms, int, int, int]:
    """Calendars, terms, a range of three days, and a now near it."""
    since = instant(draw(zones), draw(days), 0)
    found = draw(st.lists(agendas(since), min_size=1, max_size=3))
    return found, draw(terms), since, since + 3 * DAY, since + draw(st.integers(-2880, 1440)) * 60


@patient
@given(searches())
def test_no_bookable_slot_overlaps_taken_time(search: tuple[list[Agenda], Terms, int, int, int]) -> None:
    """Neither an appointment nor a hold nor an absence, buffers on both sides included."""
    calendars, asked, *_ = search
    for start, mask in offered(*search).items():
        for id in members(calendars, mask):
            agenda = next(one for one in calendars if one.id == id)
            ours = occupied(asked, start)
            assert not any(overlap(ours, one) for one in agenda.absences)
            assert not any(overlap(ours, one.occupied) for one in agenda.taken)


@patient
@given(searches())
def test_every_slot_lies_inside_working_hours(search: tuple[list[Agenda], Terms, int, int, int]) -> None:
    """From start to end, in a single period of some calendar."""
    calendars, asked, since, until, _ = search
    for start in offered(*search):
        assert since <= start < until
        held = [
            opens <= start and start + asked.duration <= closes
            for agenda in calendars
            for day in [day_of(agenda.zone, start)]
            for opens, closes in resolved(agenda.zone, day, agenda.week[(day - 1) % 7])
        ]
        assert any(held)


@patient
@given(searches())
def test_one_start_looked_at_alone_agrees_with_the_grid(search: tuple[list[Agenda], Terms, int, int, int]) -> None:
    """The grid is the fast way and `obstacles` the plain one: two ways to the same answer."""
    calendars, asked, _, _, now = search
    for start, mask in offered(*search).items():
        willing = [one.id for one in calendars if not obstacles(one, asked, start, now)]
        assert willing == members(calendars, mask)


@patient
@given(searches(), zones)
def test_the_text_says_what_was_found(search: tuple[list[Agenda], Terms, int, int, int], zone: str) -> None:
    """The answer is JSON; each slot stands once, in order, in the column of its date."""
    calendars, asked, since, _, _ = search
    found = offered(*search)
    first = date.fromordinal(day_of(zone, since) - 1)
    answer = json.loads(week_grid(zone, first, 6, found, calendars, asked.duration, first_bookable(found, since)))
    slots = [slot for day in answer["days"] for slot in day["slots"]]
    assert [slot["start"] for slot in slots] == [text(zone, start) for start in sorted(found)]
    assert [slot["calendars"] for slot in slots] == [members(calendars, found[start]) for start in sorted(found)]
    assert all(slot["bookable"] == bool(slot["calendars"]) for slot in slots)
    assert all(slot["start"][:10] == day["date"] for day in answer["days"] for slot in day["slots"])
    bookable = [slot["start"] for slot in slots if slot["bookable"]]
    assert answer["next_free"] == (bookable[0] if bookable else None)


@patient
@given(searches(), st.integers(0, 200))
def test_alternatives_are_the_nearest(search: tuple[list[Agenda], Terms, int, int, int], choice: int) -> None:
    """No bookable slot that is left out is nearer than one that is named; the start itself is never named."""
    found = offered(*search)
    bookable = [one for one, mask in found.items() if mask] or [search[2]]
    start = bookable[choice % len(bookable)] + choice // 100 * 60  # every other time a start of the grid
    named = nearest(found, start, 3)
    left_out = [one for one, mask in found.items() if mask and one not in named and one != start]
    assert start not in named
    assert len(named) == 3 or not left_out
    assert all(abs(one - start) <= abs(other - start) for one in named for other in left_out)


@patient
@given(zones, days, st.integers(0, 1439))
def test_a_wall_time_comes_back_as_it_went(zone: str, day: int, minute: int) -> None:
    """Except in a gap, where it moves forward; the day stays the same."""
    at = instant(zone, day, minute)
    hour, rest = (int(part) for part in text(zone, at)[11:16].split(":"))
    assert day_of(zone, at) == day
    assert hour * 60 + rest >= minute


def test_periods_that_touch_are_one_stretch_of_work() -> None:
    """Staff may book over the seam, also at midnight, but not over a break or into a day off."""
    week = (((0, 600), (600, 720), (780, 1440)),) * 7
    agenda = Agenda("c", "UTC", week, 1800)
    day = date(2026, 6, 2).toordinal()
    at = instant("UTC", day, 0)
    assert within_hours(agenda, at + 590 * 60, at + 610 * 60, day)
    assert within_hours(agenda, at + 1430 * 60, at + 1450 * 60, day)
    assert not within_hours(agenda, at + 710 * 60, at + 790 * 60, day)
    closed = Agenda("c", "UTC", week, 1800, closures=(Closure("holiday", day + 1, day + 1),))
    assert not within_hours(closed, at + 1430 * 60, at + 1450 * 60, day)


def test_periods_must_be_in_order_and_apart() -> None:
    """Touching is fine; overlapping and turning back are told apart."""
    assert period_errors([(540, 720), (720, 1440)]) == []
    assert period_errors([(540, 720), (719, 800)]) == ["Periods must not overlap."]
    assert period_errors([(540, 540)]) == ["A period must end after it starts."]
