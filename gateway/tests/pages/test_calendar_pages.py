"""The calendar of the desk: its list, the data of the drawn one, and the pages that change something."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.api import examples
from gateway.pages.desk.calendar.span import resolve, span, wall
from gateway.tests.pages.house import CALENDARS, PRACTICE, SERVICES, House
from gateway.tests.pages.strict import StrictClient
from runtime.errors import Refused, Unavailable
from runtime.identity import Caller, Signer
from runtime.ids import new_id, stable_id
from runtime.testing import SEED, FakeClock

ANNA, BEN = CALENDARS[0]["id"], CALENDARS[1]["id"]
ID, AWAY = stable_id("appointment"), stable_id("absence")
SCOPES = ("booking:read", "booking:write", "availability:read", "availability:write")
TUESDAY = {"from": "2026-03-24T09:00:00+00:00", "to": "2026-03-24T10:00:00+00:00"}
PLANNED = {
    **examples.PLANNED, "id": ID, "calendar": ANNA, "start": "2026-03-24T08:00:00+00:00",
    "end": "2026-03-24T09:00:00+00:00", "customer": "Jürgen <b>Groß</b>", "service": "Beratung", "status": "pending",
}  # fmt: skip
DETAILS = {
    "id": ID, "version": 3, "status": "accepted", "start": PLANNED["start"], "end": PLANNED["end"],
    "service": SERVICES[1], "calendar": CALENDARS[0], "place": None, "time_zone": "Europe/Berlin",
    "customer": {"first_name": "Jürgen", "last_name": "Groß", "email": "j@example.com", "phone": "+491701234567"},
}  # fmt: skip
AGENDA = {
    "calendars": [{**one, "name": one["nickname"], "active": True} for one in CALENDARS],
    "working": [{"calendar": ANNA, "from": "2026-03-24T08:00:00+00:00", "to": "2026-03-24T11:00:00+00:00"}],
    "days_off": [{"id": new_id(), "calendar": BEN, "kind": "holiday", "name": "Ruhetag", "first_day": "2026-03-25",
                  "last_day": "2026-03-25", "from": "2026-03-24T23:00:00+00:00", "to": "2026-03-25T23:00:00+00:00"}],
    "absences": [{"id": AWAY, "calendar": ANNA, "reason": "Arzt", **TUESDAY}],
    "holds": [{"id": new_id(), "calendar": BEN, "expires_at": "2026-03-23T07:05:00+00:00", **TUESDAY}],
    "free": [],
}  # fmt: skip
MOVE, CANCEL = f"/desk/calendar/appointments/{ID}/move", f"/desk/calendar/appointments/{ID}/cancel"


def sign_in(client: StrictClient, house: House, clock: FakeClock, scopes: tuple[str, ...], zone: str) -> None:
    """As a user with these scopes, whose own zone is this."""
    caller = Caller(practice_id=PRACTICE["id"], user_id=new_id(), role="owner", scopes=frozenset(scopes))
    user = {"id": caller.user_id, "name": "Dora Winter", "role": "owner", "locale": "de", "time_zone": zone}
    house.answers["practice.sign_in"] = {
        "access_token": Signer("practice", SEED).user_token(caller, clock.now),
        "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
        "session": "session-token",
        "user": user,
        "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
    }
    action, fields = client.get("/login").form("/login")
    assert client.post(action, fields | {"email": "demo@top-hearing.example", "password": "right"}).status == 303


@pytest.fixture(name="services")
def _services(house: House) -> House:
    """Services that answer what a calendar asks."""
    calendars = [{**one, "name": one["nickname"], "active": True, "version": 1} for one in CALENDARS]
    house.answers |= {
        "booking.inbox_count": {"count": 1},
        "booking.planned": {"items": [PLANNED], "complete": True},
        "booking.appointment": DETAILS,
        "booking.reschedule": DETAILS,
        "booking.change_details": {**DETAILS, "version": 4},
        "booking.change_status": DETAILS,
        "availability.agenda": AGENDA,
        "availability.explain": examples.EXPLAINED,
        "availability.list_services": {"items": SERVICES, "next": None},
        "availability.list_calendars": {"items": calendars, "next": None},
        "availability.list_absences": {"items": [{"id": AWAY, "reason": "Arzt", **TUESDAY}], "next": None},
        "availability.add_absence": {"id": AWAY, "reason": "", **TUESDAY, "conflicts": []},
        "availability.remove_absence": {},
    }
    return house


@pytest.fixture(name="desk")
def _desk(client: StrictClient, services: House, clock: FakeClock) -> StrictClient:
    """Somebody who may write, in Berlin."""
    sign_in(client, services, clock, SCOPES, "Europe/Berlin")
    return client


def test_the_list_shows_each_day_with_what_stands_in_it(desk: StrictClient, services: House) -> None:
    """Appointments, absences, holds, days off; without scripts it is all there, and everybody's words are words."""
    page = desk.get("/desk/calendar?view=workweek&date=2026-03-24")
    assert page.status == 200
    for words in ("09:00 – 10:00", "Jürgen <b>Groß</b>", "Beratung", "Ausstehend", "Arzt", "Ruhetag", "Wird gerade"):
        assert words in page.text, words
    assert "23.–27. März 2026" in page.text
    assert page.find("a", href="/desk/calendar/slot?start=2026-03-24T09:00") is not None
    assert "Keine Termine" in page.text


def test_a_page_takes_the_same_number_of_questions_whatever_it_shows(desk: StrictClient, services: House) -> None:
    """One to booking, one to availability for what is shown; the list of services; the count of the inbox."""
    desk.get("/desk/calendar")
    counts = []
    for view in ("day", "month"):
        services.calls.clear()
        services.answers["booking.planned"] = {
            "items": [{**PLANNED, "id": new_id()} for _ in range(40)],
            "complete": True,
        }
        desk.get(f"/desk/calendar?view={view}&date=2026-03-24")
        counts.append(sorted(name for name, _ in services.calls))
    asked = ["availability.agenda", "availability.list_services", "booking.inbox_count", "booking.planned"]
    assert counts == [asked, asked]


def test_the_drawn_calendar_gets_wall_times_of_the_readers_zone(
    client: StrictClient, services: House, clock: FakeClock
) -> None:
    """Nine in Berlin is eight in London; nothing carries an offset for the browser to change."""
    sign_in(client, services, clock, SCOPES, "Europe/London")
    found = client.flask.get("/desk/calendar/events?from=2026-03-23&to=2026-03-30").get_json()
    appointment = next(one for one in found["events"] if one.get("id") == ID)
    assert (appointment["start"], appointment["end"]) == ("2026-03-24T08:00", "2026-03-24T09:00")
    assert (appointment["resourceId"], appointment["editable"]) == (ANNA, True)
    assert appointment["extendedProps"]["label"] == "08:00 – 09:00, Jürgen <b>Groß</b>, Beratung, Ausstehend, Anna"
    kinds = {one["className"] for one in found["events"]}
    assert kinds == {"is-open", "is-off", "is-away", "is-held", "is-pending"}
    assert "Europa/London" not in client.get("/desk/calendar").text
    assert "Ihrer Zeitzone" in client.get("/desk/calendar").text


@pytest.mark.parametrize(
    ("query", "drawn", "named"),
    [
        ("view=week", SERVICES[2]["id"], ""),
        (f"view=week&service={SERVICES[0]['id']}", SERVICES[0]["id"], SERVICES[0]["id"]),
        ("view=week&service=none", "", "none"),
        ("view=month", "", ""),
    ],
)
def test_free_times_are_drawn_before_a_service_is_chosen(
    desk: StrictClient, services: House, query: str, drawn: str, named: str
) -> None:
    """Those of the shortest that customers can book, where hours are drawn; whoever wants none chooses none, and the
    page itself asks for none of its own accord."""
    page = desk.get(f"/desk/calendar?{query}&date=2026-03-24")
    settings = json.loads(str(page.find("div", id="planner").get("data-settings")))
    assert (settings["service"], settings["named"]) == (drawn, named)
    assert services.asked("availability.agenda")[-1].get("service", "") == named.replace("none", "")


def test_free_times_that_overlap_are_drawn_one_after_the_other(desk: StrictClient, services: House) -> None:
    """An hour's service that starts every half hour."""
    starts = [{"calendar": ANNA, "from": f"2026-03-24T{a}:00+00:00", "to": f"2026-03-24T{b}:00+00:00"}
              for a, b in (("08:00", "09:00"), ("08:30", "09:30"))]  # fmt: skip
    services.answers["availability.agenda"] = {**AGENDA, "free": starts}
    address = f"/desk/calendar/events?from=2026-03-23&to=2026-03-30&service={SERVICES[0]['id']}"
    found = desk.flask.get(address).get_json()
    free = [(one["start"][-5:], one["end"][-5:]) for one in found["events"] if one["className"] == "is-free"]
    assert free == [("09:00", "09:30"), ("09:30", "10:30")]
    assert "frei" in desk.get(f"/desk/calendar?view=day&date=2026-03-24&service={SERVICES[0]['id']}").text


@pytest.mark.parametrize("query", ["", "from=x&to=y", "from=2026-03-23&to=2026-03-23", "from=2026-01-01&to=2026-12-31"])
def test_days_that_make_no_sense_are_refused(desk: StrictClient, query: str) -> None:
    """A stretch that is none, or too long."""
    assert desk.get(f"/desk/calendar/events?{query}").status == 422


@pytest.mark.parametrize(
    "query", ["view=year", "date=2026-99-99", "date=0001-01-01", "calendar=x&service=y", "date=9999-12-31"]
)
def test_an_address_that_makes_no_sense_shows_the_week(desk: StrictClient, query: str) -> None:
    """No error for a mistyped address."""
    assert desk.get(f"/desk/calendar?{query}").status == 200


def test_who_may_only_read_is_offered_nothing_else(client: StrictClient, services: House, clock: FakeClock) -> None:
    """And is refused what was not offered."""
    sign_in(client, services, clock, ("booking:read", "availability:read"), "Europe/Berlin")
    page = client.get("/desk/calendar?view=day&date=2026-03-24")
    assert "Verschieben" not in page.text
    found = client.flask.get("/desk/calendar/events?from=2026-03-23&to=2026-03-30").get_json()
    assert not any(one.get("editable") for one in found["events"])
    assert (client.get(MOVE).status, client.get(CANCEL).status) == (403, 403)


def test_a_move_asks_first_and_then_tells_the_customer_by_the_ways_that_were_chosen(
    desk: StrictClient, services: House
) -> None:
    """The version that was shown goes along, so that nothing is overwritten unseen."""
    page = desk.get(f"{MOVE}?start=2026-03-24T11:00&calendar={BEN}&minutes=60")
    assert "11:00 – 12:00" in page.text
    assert services.asked("booking.reschedule") == []
    action, fields = page.form(MOVE)
    assert (fields["start"], fields["version"]) == ("2026-03-24T11:00", "3")
    assert page.find("option", value=BEN).get("selected") is not None
    fields["calendar"] = BEN
    answer = desk.post(action, fields)
    assert (answer.status, "did=moved" in answer.location) == (303, True)
    desk.post(action, fields | {"channels": ["email", "sms"]})
    silent = {name: value for name, value in fields.items() if name != "channels"}
    assert "did=moved_silently" in desk.post(action, silent).location
    sent = services.asked("booking.reschedule")
    assert [one["notify"] for one in sent] == [True, True, False]
    assert [one.get("channels") for one in sent] == [["email"], ["email", "sms"], None]
    assert services.asked("notify.require_channels") == [{"channels": ["sms"]}]
    assert (sent[0]["start"], sent[0]["calendar"], sent[0]["if_version"]) == ("2026-03-24T10:00:00+00:00", BEN, 3)
    assert services.asked("booking.change_details") == []


def test_a_dragged_edge_changes_the_length_alone(desk: StrictClient, services: House) -> None:
    """And a move with another length is two changes, told once."""
    action, fields = desk.get(f"{MOVE}?minutes=90").form(MOVE)
    fields["calendar"] = ANNA
    desk.post(action, fields)
    [changed] = services.asked("booking.change_details")
    assert (changed["duration_minutes"], changed["notify"], changed["if_version"]) == (90, True, 3)
    assert services.asked("booking.reschedule") == []
    desk.post(action, fields | {"start": "2026-03-24T13:00"})
    assert services.asked("booking.change_details")[-1]["notify"] is False
    assert services.asked("booking.reschedule")[-1]["if_version"] == 4


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (Refused("slot_taken", {"alternatives": []}), "Jemand"),
        (Refused("slot_not_offered", {"reason": "outside_hours"}), "Trotzdem dorthin verschieben"),
        (Refused("precondition_failed", {"version": 9}), "geändert"),
        (Refused("invalid_transition", {"status": "cancelled"}), "Zustand"),
    ],
)
def test_a_move_that_cannot_be_keeps_what_was_typed(
    desk: StrictClient, services: House, refused: Refused, words: str
) -> None:
    """And says why; outside the working hours staff may insist."""
    services.answers["booking.reschedule"] = refused
    action, fields = desk.get(f"{MOVE}?start=2026-03-24T20:00&calendar={BEN}").form(MOVE)
    page = desk.post(action, fields)
    assert page.status == 409
    assert words in page.text or refused.code in ("slot_taken", "invalid_transition")
    assert page.form(MOVE)[1]["start"] == "2026-03-24T20:00"


@pytest.mark.parametrize(
    ("name", "value"), [("start", "soon"), ("minutes", "0"), ("minutes", "x"), ("minutes", "9999")]
)
def test_a_move_with_nonsense_is_not_carried_out(desk: StrictClient, services: House, name: str, value: str) -> None:
    """The error stands beside its field."""
    action, fields = desk.get(MOVE).form(MOVE)
    page = desk.post(action, fields | {name: value})
    assert (page.status, f"move-{name}-error" in page.html) == (422, True)
    assert services.asked("booking.reschedule") == []


def test_a_cancellation_asks_first(desk: StrictClient, services: House) -> None:
    """With a word to the customer, or without telling."""
    action, fields = desk.get(CANCEL).form(CANCEL)
    assert services.asked("booking.change_status") == []
    answer = desk.post(action, fields | {"note": "Bis bald"})
    assert "did=cancelled" in answer.location
    [sent] = services.asked("booking.change_status")
    assert (sent["action"], sent["notify"], sent["note"], sent["if_version"]) == ("cancel", True, "Bis bald", 3)
    assert sent["channels"] == ["email"]


def test_a_cancellation_is_taken_back_where_it_was_made(desk: StrictClient, services: House) -> None:
    """With the version that it made; the calendar stays as it was shown."""
    action, fields = desk.get(CANCEL).form(CANCEL)
    shown = {"shown": f"view=week&calendar={ANNA}&service={SERVICES[0]['id']}"}
    answer = desk.post(action, fields | shown)
    for name in ("view=week", f"calendar={ANNA}", f"service={SERVICES[0]['id']}"):
        assert name in answer.location
    services.answers["booking.undo"] = DETAILS
    action, fields = desk.get(answer.location).form("/undo")
    assert "view=week" in fields["shown"]
    assert "Rückgängig gemacht" in desk.get(desk.post(action, fields).location).text
    assert services.asked("booking.undo") == [{"id": ID, "if_version": 3}]
    services.answers["booking.undo"] = Refused("slot_taken")
    assert "nicht mehr möglich" in desk.get(desk.post(action, fields).location).text


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"sms": {"possible": False, "reason": "plan_required"}}, "SMS sind in Ihrem Tarif nicht enthalten."),
        ({"sms": {"possible": False, "reason": "sms_unavailable"}}, "SMS können hier derzeit nicht versendet werden."),
        ({"sms": {"possible": False, "reason": "no_mobile"}}, "Die Nummer gehört zu keinem Mobiltelefon."),
        (Unavailable("away"), "SMS können hier derzeit nicht versendet werden."),
    ],
)
def test_a_way_that_does_not_lead_to_the_customer_cannot_be_chosen_and_says_why(
    desk: StrictClient, services: House, said: Any, why: str
) -> None:
    """In the dialogs of a move and of a cancellation."""
    services.answers["notify.channels"] = said
    for address in (MOVE, CANCEL):
        page = desk.get(address)
        ticks = [page.find("input", name="channels", value=way) for way in ("email", "sms")]
        assert ["disabled" in tick.attrib for tick in ticks] == [False, True]
        assert why in page.text


def test_an_sms_that_cannot_go_out_after_all_keeps_the_appointment(desk: StrictClient, services: House) -> None:
    """The plan may have changed since the dialog was opened; what was typed stays."""
    services.answers["notify.require_channels"] = Refused("plan_required")
    action, fields = desk.get(CANCEL).form(CANCEL)
    page = desk.post(action, fields | {"note": "Bis bald", "channels": "sms"})
    assert (page.status, "Bis bald" in page.text) == (409, True)
    assert [page.find("input", name="channels", value=way).get("checked") for way in ("email", "sms")] == [None, ""]
    assert services.asked("booking.change_status") == []


def test_staff_block_a_time_and_take_it_back(desk: StrictClient, services: House) -> None:
    """By the wall clock of the user's zone."""
    action, fields = desk.get(f"/desk/calendar/slot?start=2026-03-24T10:00&calendar={ANNA}").form(
        "/desk/calendar/absences"
    )
    assert (fields["from"], fields["to"]) == ("2026-03-24T10:00", "2026-03-24T11:00")
    answer = desk.post(action, fields | {"reason": "Arzt"})
    assert (answer.status, "date=2026-03-24" in answer.location) == (303, True)
    [sent] = services.asked("availability.add_absence")
    assert (sent["from"], sent["to"], sent["reason"]) == (*TUESDAY.values(), "Arzt")
    address = f"/desk/calendar/absences/{ANNA}/{AWAY}"
    action, fields = desk.get(address).form(address)
    assert desk.post(action, fields).status == 303
    assert services.asked("availability.remove_absence") == [{"calendar": ANNA, "id": AWAY}]


def test_an_absence_over_appointments_says_so(desk: StrictClient, services: House) -> None:
    """They stay."""
    services.answers["availability.add_absence"] = {"id": AWAY, "reason": "", **TUESDAY, "conflicts": [ID, new_id()]}
    action, fields = desk.get(f"/desk/calendar/slot?calendar={ANNA}").form("/desk/calendar/absences")
    page = desk.post(action, fields)
    assert "2 Termine liegen darin" in page.text


@pytest.mark.parametrize("changes", [{"from": "x"}, {"to": ""}, {"to": "2026-03-24T09:00", "from": "2026-03-24T10:00"}])
def test_an_absence_without_sense_is_refused_beside_the_field(
    desk: StrictClient, services: House, changes: dict[str, str]
) -> None:
    """Nothing typed is lost."""
    start = "/desk/calendar/slot?start=2026-03-24T10:00"
    action, fields = desk.get(start).form("/desk/calendar/absences")
    page = desk.post(action, fields | {"reason": "Arzt", **changes})
    if changes == {"to": ""}:
        assert page.status == 303  # an hour, as the form says
        return
    assert (page.status, 'value="Arzt"' in page.html) == (422, True)
    assert services.asked("availability.add_absence") == []


def test_staff_ask_why_a_time_is_not_bookable(desk: StrictClient, services: House) -> None:
    """On the page of the time, in words."""
    address = f"/desk/calendar/slot?start=2026-03-24T12:30&calendar={ANNA}&service={SERVICES[0]['id']}"
    page = desk.get(address)
    assert "Kunden können diese Zeit nicht buchen" in page.text
    assert "Außerhalb der Arbeitszeit" in page.text
    assert services.asked("availability.explain")[0]["start"] == "2026-03-24T11:30:00+00:00"
    assert "wenn Sie „Auch außerhalb der Arbeitszeit“ ankreuzen" in page.text
    [outside] = examples.EXPLAINED["reasons"]  # type: ignore[misc]
    full = {**outside, "code": "limit_day", "staff": False, "limit": 1, "count": 1}
    services.answers["availability.explain"] = {**examples.EXPLAINED, "reasons": [outside, full]}
    assert "wenn Sie „Auch außerhalb der Arbeitszeit“ ankreuzen" in desk.get(address).text
    services.answers["availability.explain"] = {**examples.EXPLAINED, "bookable": True, "reasons": []}
    assert "Kunden können diese Zeit buchen." in desk.get(address).text


def test_the_pop_up_says_who_booked_what(desk: StrictClient) -> None:
    """Its part of the page is marked."""
    page = desk.get(f"/desk/news/{ID}")
    assert "data-news" in page.html
    assert all(words in page.text for words in ("Neue Online-Buchung", "Jürgen Groß", "Beratung", "Anna"))


# -- days and clocks -------------------------------------------------------------------------------------------------


def test_views_show_whole_days_weeks_and_months() -> None:
    """A month with the weeks that it touches."""
    today = date(2026, 3, 24)
    shown = {view: span(view, "", today, "Europe/Berlin") for view in ("day", "workweek", "week", "month")}
    assert [len(one.days) for one in shown.values()] == [1, 5, 7, 42]
    assert (shown["month"].first, shown["month"].before, shown["month"].after) == (
        date(2026, 2, 23), date(2026, 2, 1), date(2026, 4, 1),
    )  # fmt: skip
    assert shown["week"].first == date(2026, 3, 23)


def test_days_of_a_change_of_the_clocks_have_23_and_25_hours() -> None:
    """Midnight to midnight by the wall clock."""
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25)):
        shown = span("day", day, date(2026, 1, 1), "Europe/Berlin")
        assert shown.ends - shown.starts == timedelta(hours=hours)


def test_wall_times_become_instants_and_back() -> None:
    """A time in the gap moves forward."""
    found = resolve("2026-03-29T02:30", "Europe/Berlin")
    assert found is not None
    assert wall(found.isoformat(), "Europe/Berlin") == "2026-03-29T03:30"
    assert resolve("nonsense", "Europe/Berlin") is None
