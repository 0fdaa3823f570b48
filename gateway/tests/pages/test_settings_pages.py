"""The settings: what each form sends, what it keeps when something is wrong, and who may change what."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from gateway.tests.pages.house import CALENDARS, PLACE, PRACTICE, SERVICES, ZONE, House
from gateway.tests.pages.strict import Page, StrictClient
from runtime.errors import Refused
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.testing import SEED, FakeClock

Json = dict[str, Any]
ANNA, BEN = CALENDARS[0]["id"], CALENDARS[1]["id"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SERVICE = {
    **SERVICES[1],
    "start_interval_minutes": None,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 5,
    "window_days": 60,
    "min_notice_minutes": 2880,
    "cancel_notice_minutes": 90,
    "move_notice_minutes": 0,
    "released": True,
    "version": 4,
}
CALENDAR = {
    "name": "Marianne Vogt",
    "start_interval_minutes": 30,
    "active": True,
    "version": 7,
    "max_per_day": None,
    "max_per_week": None,
}
HOURS = {day: [{"from": "09:00", "to": "12:00"}] if day == "monday" else [] for day in WEEKDAYS}
APPOINTMENT = {
    "id": new_id(),
    "start": "2026-03-24T08:00:00+00:00",
    "end": "2026-03-24T09:00:00+00:00",
    "status": "accepted",
    "service": SERVICES[1],
    "customer": {"first_name": "Jürgen", "last_name": "Groß"},
}
READ = frozenset({"availability:read", "practice:read", "booking:read"})
STAFF = READ | {"availability:write"}
OWNER = STAFF | {"practice:admin", "booking:admin"}
SignIn = Callable[[frozenset[str]], None]


@pytest.fixture(name="sign_in")
def _sign_in(client: StrictClient, house: House, clock: FakeClock) -> SignIn:
    """Signs somebody in who holds these scopes; the services answer with one of each."""

    def sign_in(scopes: frozenset[str]) -> None:
        caller = Caller(practice_id=PRACTICE["id"], user_id=new_id(), role="owner", scopes=scopes)
        house.answers["practice.sign_in"] = {
            "access_token": Signer("practice", SEED).user_token(caller, clock.now),
            "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
            "session": "session-token",
            "user": {"id": caller.user_id, "name": "Dora", "role": "owner", "locale": "de", "time_zone": ZONE},
            "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "a@b.example", "password": "right"}).status == 303

    house.answers |= {
        "booking.inbox_count": {"count": 0},
        "booking.appointments": {"items": [APPOINTMENT, {**APPOINTMENT, "id": new_id()}], "next": None},
        "practice.get": {**PRACTICE, "version": 3},
        "practice.places": {"items": [{**PLACE, "version": 333}], "next": None},
        "availability.list_services": {"items": [SERVICE], "next": None},
        "availability.list_calendars": {"items": [{**CALENDAR, **one} for one in CALENDARS], "next": None},
        "availability.get_hours": {"calendar": ANNA, "version": 7, "hours": HOURS},
        "availability.preview_hours": lambda asked: {
            "duration_minutes": 60,
            "interval_minutes": 30,
            "starts": {day: ["09:00", "10:00"] if asked["hours"][day] else [] for day in WEEKDAYS},
        },
        "availability.holiday_regions": {"countries": ["DE", "FR"], "subdivisions": [{"code": "BW", "name": "Baden"}]},
        "availability.importable_holidays": {
            "items": [{"date": "2026-06-04", "name": "Fronleichnam", "present": False}]
        },
        **{f"availability.list_{kind}": {"items": [], "next": None} for kind in ("holidays", "vacations", "absences")},
    }
    return sign_in


@pytest.fixture(name="owner")
def _owner(sign_in: SignIn) -> None:
    sign_in(OWNER)


def echo(house: House, *methods: str) -> None:
    """Let these methods accept whatever is sent."""
    for method in methods:
        house.answers[method] = lambda payload: {"id": new_id(), "conflicts": [], **payload}


def send(client: StrictClient, path: str, **changes: Any) -> Page:
    """Fetch the page, fill in its form of the same address, send it."""
    action, fields = client.get(path).form(path.split("?")[0])
    kept = {name: value for name, value in (fields | changes).items() if value is not None}
    return client.post(action, {"action": "save"} | kept)


# -- overview and roles -----------------------------------------------------------------------------------------------


def test_the_overview_leads_only_where_there_is_a_page(owner: None, client: StrictClient, app: Flask) -> None:
    """No link of it is dead, whatever else the desk has."""
    links = [str(a.get("href")) for a in client.get("/desk/settings").all("a", class_="topic")]
    assert "/desk/settings/services" in links
    routes = app.url_map.bind("localhost")
    assert all(routes.match(link)[0].startswith("pages.") for link in links)


@pytest.mark.parametrize(
    "path",
    [
        "/desk/settings",
        "/desk/settings/services",
        f"/desk/settings/services/{SERVICE['id']}",
        "/desk/settings/calendars",
        f"/desk/settings/calendars/{ANNA}",
        f"/desk/settings/hours/{ANNA}",
        f"/desk/settings/days-off/{ANNA}",
        "/desk/settings/online",
        "/desk/settings/practice",
        "/desk/settings/plan",
    ],
)
def test_who_may_only_read_sees_the_settings_and_no_button(sign_in: SignIn, client: StrictClient, path: str) -> None:
    """The only form that can be sent is the sign-out; the others are switched off."""
    sign_in(READ)
    page = client.get(path)
    assert page.status == 200
    open_forms = [f for f in page.all("form") if f.get("method") == "post" and not f.findall("fieldset[@disabled]")]
    assert [f.get("action") for f in open_forms] == ["/logout"]


@pytest.mark.parametrize(
    "path",
    [
        "/desk/settings/services/new",
        f"/desk/settings/services/{SERVICE['id']}",
        f"/desk/settings/services/{SERVICE['id']}/delete",
        "/desk/settings/calendars/new",
        f"/desk/settings/calendars/{ANNA}",
        f"/desk/settings/hours/{ANNA}",
        f"/desk/settings/days-off/{ANNA}/holidays",
        f"/desk/settings/days-off/{ANNA}/vacations/{new_id()}/delete",
        f"/desk/settings/days-off/{ANNA}/import",
        "/desk/settings/online",
        "/desk/settings/online/homepages",
        "/desk/settings/practice",
        "/desk/settings/practice/places/new",
        f"/desk/settings/practice/places/{PLACE['id']}",
    ],
)
def test_nobody_changes_what_the_role_does_not_allow(
    sign_in: SignIn, client: StrictClient, house: House, path: str
) -> None:
    """403, and no service is asked to change anything; without a sign-in the way leads to it."""
    assert str(client.post(path).location).startswith("/login")
    sign_in(READ)
    _, fields = client.get("/desk/settings").form("/logout")
    assert client.post(path, {"csrf_token": fields["csrf_token"]}).status == 403
    assert not [name for name, _ in house.calls if name.split(".")[1].startswith(("update", "create", "put", "add"))]


def test_staff_change_hours_but_not_the_practice(sign_in: SignIn, client: StrictClient, house: House) -> None:
    """As the services have it: `availability:write` is not `practice:admin`."""
    sign_in(STAFF)
    echo(house, "availability.put_hours")
    assert send(client, f"/desk/settings/hours/{ANNA}").status == 303
    assert client.get("/desk/settings/practice").find("fieldset", class_="bare").get("disabled") is not None


# -- services ---------------------------------------------------------------------------------------------------------


def test_a_service_without_a_price_shows_a_dash(owner: None, client: StrictClient, house: House) -> None:
    """K3."""
    house.answers["availability.list_services"] = {"items": [{**SERVICE, "price": None}], "next": None}
    [price] = client.get("/desk/settings/services").all("td", data_label="Preis")
    assert price.text == "-"
    page = client.get(f"/desk/settings/services/{SERVICE['id']}")
    assert page.find("input", id="price").get("value") == "-"


def test_saving_a_service_unchanged_sends_what_it_was(owner: None, client: StrictClient, house: House) -> None:
    """Also its version; notices come in hours and days, and go back in minutes."""
    echo(house, "availability.update_service")
    page = client.get(f"/desk/settings/services/{SERVICE['id']}")
    assert page.find("input", id="min_notice").get("value") == "2"
    assert page.find("input", id="price").get("value") == "49,00"
    action, fields = page.form(str(SERVICE["id"]))
    units = {"min_notice_unit": "days", "cancel_notice_unit": "minutes", "move_notice_unit": "hours"}
    chosen = {"calendars": SERVICE["calendars"], "confirmation": "request"}
    assert client.post(action, fields | units | chosen).status == 303
    [sent] = house.asked("availability.update_service")
    assert sent.pop("if_version") == 4
    assert sent == {name: value for name, value in SERVICE.items() if name != "version"}


@pytest.mark.parametrize(
    ("typed", "price"),
    [("49", "49"), ("49,5", "49.5"), ("1 049,00", "1049.00"), ("-", None), ("–", None), ("", None), (" 0 ", "0")],
)
def test_prices_are_read_as_people_type_them(
    owner: None, client: StrictClient, house: House, typed: str, price: str | None
) -> None:
    """In the practice's currency."""
    echo(house, "availability.create_service")
    send(client, "/desk/settings/services/new", name="Neu", price=typed)
    [sent] = house.asked("availability.create_service")
    assert sent["price"] == (price and {"amount": price, "currency": "EUR"})


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("duration_minutes", ""),
        ("duration_minutes", "abc"),
        ("duration_minutes", "0"),
        ("duration_minutes", "99999999999999999999"),
        ("price", "viel"),
        ("price", "-5"),
        ("start_interval_minutes", "1"),
        ("buffer_before_minutes", "9999"),
        ("min_notice", "-1"),
        ("min_notice", "9999999"),
        ("window_days", "1000"),
        ("window_days", ""),
        ("confirmation", "maybe"),
        ("calendars", "no id"),
        ("name", "x" * 121),
        ("description", "x" * 4001),
    ],
)
def test_a_wrong_entry_of_a_service_is_told_beside_it(
    owner: None, client: StrictClient, house: House, field: str, typed: str
) -> None:
    """In the reader's language, in the summary, too; nothing else that was typed is lost."""
    typed_too = {"name": "Anpassung", "description": "Zwei\nZeilen", field: typed}
    page = send(client, "/desk/settings/services/new", **typed_too)
    assert page.status == 422
    assert page.find("div", id="errors").find(f".//a[@href='#{field}']") is not None
    assert page.all("p", id=f"{field}-error")
    assert "Must be" not in page.text
    assert "Not a valid" not in page.text
    if field != "description":
        assert (page.find("textarea", id="description").text or "").split() == ["Zwei", "Zeilen"]
    assert not house.asked("availability.create_service")


def test_a_service_that_somebody_changed_meanwhile_is_not_overwritten_unseen(
    owner: None, client: StrictClient, house: House
) -> None:
    """What was typed stays; sending it again is then a decision."""
    house.answers["availability.update_service"] = Refused("precondition_failed", {"version": 5})
    page = send(client, f"/desk/settings/services/{SERVICE['id']}", name="Anders", confirmation="request")
    assert page.status == 412
    assert "Inzwischen hat jemand anderes dies geändert" in page.text
    assert page.find("input", id="name").get("value") == "Anders"
    assert page.find("input", name="version").get("value") == "5"


def test_deleting_a_service_takes_a_question(owner: None, client: StrictClient, house: House) -> None:
    """And says that appointments stay."""
    echo(house, "availability.delete_service")
    page = client.get(f"/desk/settings/services/{SERVICE['id']}/delete")
    assert "Bereits gebuchte Termine bleiben" in page.text
    assert not house.asked("availability.delete_service")
    action, fields = page.form("/delete")
    done = client.get(str(client.post(action, fields).location))
    assert "Der Service ist gelöscht" in done.text
    house.answers["availability.delete_service"] = Refused("not_found")  # a second click
    assert client.post(action, fields).status == 303
    assert client.get(f"/desk/settings/services/{new_id()}").status == 404


# -- calendars and hours ----------------------------------------------------------------------------------------------


def test_a_new_professional_leads_to_the_hours(owner: None, client: StrictClient, house: House) -> None:
    """With the practice's zone; empty limits are none."""
    echo(house, "availability.create_calendar")
    done = send(
        client, "/desk/settings/calendars/new", name="Dr. D", nickname="Dora", place=PLACE["id"], time_zone=ZONE
    )
    assert "/desk/settings/hours/" in str(done.location)
    [sent] = house.asked("availability.create_calendar")
    assert (sent["time_zone"], sent["start_interval_minutes"], sent["max_per_day"]) == (ZONE, 30, None)
    wrong = send(client, "/desk/settings/calendars/new", name="", nickname="Dora", place="", time_zone="Mars")
    assert {"name", "place", "time_zone"} <= {
        p.get("id").removesuffix("-error") for p in wrong.all("p", class_="error")
    }
    assert wrong.find("input", id="nickname").get("value") == "Dora"


def test_buttons_of_the_week_store_nothing(owner: None, client: StrictClient, house: House) -> None:
    """Add, remove, copy, preview: the page comes back with it, and the preview follows."""
    path = f"/desk/settings/hours/{ANNA}"
    added = send(client, path, action="add:tuesday")
    assert added.find("input", id="tuesday_0_from").get("autofocus") is not None
    removed = send(client, path, action="remove:monday:0")
    assert not removed.all("input", id="monday_0_from")
    copied = send(client, path, action="copy", copy_from="monday", copy_to="friday")
    assert copied.find("input", id="friday_0_to").get("value") == "12:00"
    assert house.asked("availability.preview_hours")[-1]["hours"]["friday"] == HOURS["monday"]
    assert not house.asked("availability.put_hours")


def test_the_preview_is_of_the_service_chosen(owner: None, client: StrictClient, house: House) -> None:
    """And of nobody else's."""
    send(client, f"/desk/settings/hours/{ANNA}", action="preview", service=SERVICE["id"])
    send(client, f"/desk/settings/hours/{ANNA}", action="preview", service=new_id())
    assert {one["service"] for one in house.asked("availability.preview_hours")} == {SERVICE["id"]}


def test_the_week_is_sent_whole_with_its_version(owner: None, client: StrictClient, house: House) -> None:
    """Times as people type them; a row that was left empty does not count; midnight is the day's end."""
    echo(house, "availability.put_hours")
    action, fields = client.get(f"/desk/settings/hours/{ANNA}").form(ANNA)
    more = {"monday_1_from": "13.30", "monday_1_to": "0:00", "sunday_0_from": "", "sunday_0_to": ""}
    done = client.post(action, fields | {"monday_0_from": "9", "monday_0_to": "1230", "action": "save"} | more)
    assert done.status == 303
    [sent] = house.asked("availability.put_hours")
    assert sent["hours"]["monday"] == [{"from": "09:00", "to": "12:30"}, {"from": "13:30", "to": "24:00"}]
    assert (sent["hours"]["sunday"], sent["if_version"]) == ([], 7)


@pytest.mark.parametrize(
    ("rows", "at"),
    [
        ({"monday_0_from": "12:00", "monday_0_to": "09:00"}, "monday_0_to"),
        ({"monday_0_from": "", "monday_0_to": "09:00"}, "monday_0_from"),
        ({"monday_0_from": "25:00", "monday_0_to": "26:00"}, "monday_0_from"),
        ({"monday_0_from": "früh"}, "monday_0_from"),
        ({"monday_1_from": "11:00", "monday_1_to": "13:00"}, "monday"),
    ],
)
def test_hours_that_cannot_be_worked_are_told_beside_them(
    owner: None, client: StrictClient, house: House, rows: dict[str, str], at: str
) -> None:
    """The preview waits, what was typed stays."""
    action, fields = client.get(f"/desk/settings/hours/{ANNA}").form(ANNA)
    page = client.post(action, fields | rows | {"action": "save"})
    assert page.status == 422
    assert page.all("p", id=f"{at}-error")
    assert all(page.find("input", id=name).get("value") == value for name, value in rows.items())
    assert "Die Vorschau erscheint" in page.text
    assert not house.asked("availability.put_hours")


# -- days off ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "typed", "sent"),
    [
        ("holidays", {"holiday_date": "2026-12-24"}, {"date": "2026-12-24"}),
        ("vacations", {"vacation_from": "2026-08-03"}, {"from": "2026-08-03", "to": "2026-08-03"}),
        (
            "absences",  # over the night in which the clocks go forward
            {"absence_from_day": "2026-03-28", "absence_from_time": "9", "absence_to_day": "2026-03-29"},
            {"from": "2026-03-28T08:00:00+00:00", "to": "2026-03-29T22:00:00+00:00"},
        ),
        (
            "absences",
            {"absence_from_day": "2026-03-24", "absence_from_time": "9:30", "absence_to_time": "11.15"},
            {"from": "2026-03-24T08:30:00+00:00", "to": "2026-03-24T10:15:00+00:00"},
        ),
    ],
)
def test_days_off_are_read_by_the_calendars_clock(
    owner: None, client: StrictClient, house: House, kind: str, typed: dict[str, str], sent: Json
) -> None:
    """A day alone is the whole day; what is left empty is left out."""
    single = kind.removesuffix("s")
    house.answers[f"availability.add_{single}"] = {"id": new_id(), "conflicts": []}
    action, fields = client.get(f"/desk/settings/days-off/{ANNA}").form(f"/{kind}")
    assert client.post(action, fields | typed).status == 303
    [asked] = house.asked(f"availability.add_{single}")
    asked.pop("calendar")
    assert {name: _utc(value) for name, value in asked.items()} == sent


def _utc(text: str) -> str:
    """Instants in UTC; dates as they are."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat() if "T" in text else text


def test_appointments_in_the_way_are_listed_and_stay(owner: None, client: StrictClient, house: House) -> None:
    """Decision 8: only those that the answer named."""
    house.answers["availability.add_vacation"] = {"id": new_id(), "conflicts": [APPOINTMENT["id"]]}
    action, fields = client.get(f"/desk/settings/days-off/{ANNA}").form("/vacations")
    done = client.post(action, fields | {"vacation_from": "2026-03-24", "vacation_to": "2026-03-25"})
    page = client.get(str(done.location))
    assert "Ein Termin liegt in dieser Zeit" in page.text
    assert page.text.count("Jürgen Groß") == 1
    [asked] = house.asked("booking.appointments")
    assert (asked["calendar"], asked["from"] < APPOINTMENT["start"] < asked["to"]) == (ANNA, True)


def test_a_wrong_day_off_keeps_what_was_typed(owner: None, client: StrictClient, house: House) -> None:
    """An end before the beginning, a date that is none."""
    action, fields = client.get(f"/desk/settings/days-off/{ANNA}").form("/absences")
    typed = {"absence_from_day": "2026-03-24", "absence_to_day": "2026-03-23", "absence_reason": "Zahnarzt"}
    page = client.post(action, fields | typed)
    assert page.status == 422
    assert page.all("p", id="absence_to_day-error")
    assert page.find("input", id="absence_reason").get("value") == "Zahnarzt"
    for wrong in ("", "2026-02-30", "gestern"):
        assert client.post(action, fields | {"absence_from_day": wrong}).status == 422
    assert not house.asked("availability.add_absence")


def test_what_is_over_stands_apart(owner: None, client: StrictClient, house: House) -> None:
    """The list shows what is still to come."""
    entries = [
        {"id": new_id(), "from": "2026-01-05", "to": "2026-01-09"},
        {"id": new_id(), "from": "2026-08-03", "to": "2026-08-14"},
    ]
    house.answers["availability.list_vacations"] = {"items": entries, "next": None}
    page = client.get(f"/desk/settings/days-off/{ANNA}")
    assert "Ein Eintrag ist vorbei" in page.text
    echo(house, "availability.remove_vacation")
    action, fields = next(f for f in page.forms() if entries[1]["id"] in f[0])
    assert "Der Eintrag ist entfernt" in client.get(str(client.post(action, fields).location)).text
    house.answers["availability.remove_vacation"] = Refused("not_found")  # a second click
    assert "Der Eintrag ist entfernt" in client.get(str(client.post(action, fields).location)).text


def test_public_holidays_are_taken_over_for_the_calendars_ticked(
    owner: None, client: StrictClient, house: House
) -> None:
    """The practice's country is at hand, and its language; nothing ticked is told."""
    echo(house, "availability.import_holidays")
    path = f"/desk/settings/days-off/{ANNA}/import"
    page = client.get(f"{path}?country=DE&subdivision=BW&year=2026")
    assert house.asked("availability.importable_holidays")[-1]["subdivision"] == "BW"
    action, fields = page.form("/import")
    assert client.post(action, {k: v for k, v in fields.items() if k != "dates"}).status == 422
    assert client.post(action, fields | {"calendars": BEN}).status == 303
    [sent] = house.asked("availability.import_holidays")
    assert (sent["calendars"], sent["dates"], sent["language"], sent["year"]) == ([BEN], ["2026-06-04"], "de", 2026)
    client.get(f"{path}?country=FR&of=DE&subdivision=BW")
    assert "subdivision" not in house.asked("availability.importable_holidays")[-1]
    house.answers["availability.importable_holidays"] = Refused(
        "invalid", {"errors": {"country": ["Not a country whose holidays are known."]}}
    )
    assert client.get(f"{path}?country=xx").status == 422


# -- online booking, practice -----------------------------------------------------------------------------------------


def test_questions_come_go_and_change_places_before_they_are_stored(
    owner: None, client: StrictClient, house: House
) -> None:
    """A question keeps its name, a new one gets one that is free."""
    echo(house, "booking.update_form")
    house.fields = [{"name": "ohr", "label": "Welches Ohr?", "kind": "choice", "required": True, "choices": ["L", "R"]}]
    added = send(client, "/desk/settings/online", action="add")
    action, fields = added.form("/online")
    typed = fields | {"label_1": "Ohr", "kind_1": "tick", "kind_0": "choice", "required_0": "1", "choices_0": "L\nR"}
    moved = client.post(action, typed | {"action": "up:1"})
    assert moved.find("input", id="label_0").get("value") == "Ohr"
    assert not house.asked("booking.update_form")
    assert client.post(action, typed | {"action": "save", "max_open_bookings": "3"}).status == 303
    [sent] = house.asked("booking.update_form")
    assert [one["name"] for one in sent["fields"]] == ["ohr", "ohr_2"]
    assert (sent["fields"][0]["choices"], sent["fields"][1]["kind"], sent["max_open_bookings"]) == (
        ["L", "R"],
        "tick",
        3,
    )


def test_a_form_that_somebody_changed_meanwhile_is_not_overwritten_unseen(
    owner: None, client: StrictClient, house: House
) -> None:
    """Sending it once more is a decision."""
    house.answers["booking.update_form"] = Refused("precondition_failed", {"version": 444})
    action, fields = send(client, "/desk/settings/online", action="add").form("/online")
    page = client.post(action, fields | {"label_0": "Meine?", "kind_0": "text", "action": "save"})
    assert page.status == 412
    assert page.find("input", id="label_0").get("value") == "Meine?"
    echo(house, "booking.update_form")
    action, fields = page.form("/online")
    assert client.post(action, fields | {"kind_0": "text", "action": "save"}).status == 303
    assert [sent["if_version"] for sent in house.asked("booking.update_form")] == [123456789, 444]


def test_a_question_without_words_or_choices_is_told_beside_it(owner: None, client: StrictClient, house: House) -> None:
    """And the limit, too."""
    action, fields = send(client, "/desk/settings/online", action="add").form("/online")
    page = client.post(action, fields | {"label_0": "", "kind_0": "choice", "max_open_bookings": "x", "action": "save"})
    assert {p.get("id") for p in page.all("p", class_="error")} == {
        "label_0-error",
        "choices_0-error",
        "max_open_bookings-error",
    }
    assert not house.asked("booking.update_form")


def test_the_widgets_line_and_the_homepages(owner: None, client: StrictClient, house: House) -> None:
    """The line names this practice; an address that is none is refused and stays."""
    echo(house, "practice.update")
    page = client.get("/desk/settings/online")
    assert 'embed.js" data-practice="top-hearing"' in "".join(page.find("pre", id="snippet").itertext())
    action, fields = page.form("/homepages")
    wrong = client.post(action, fields | {"embed_origins": "http://a.example"})
    assert wrong.status == 422
    assert (wrong.find("textarea", id="embed_origins").text or "").strip() == "http://a.example"
    assert client.post(action, fields | {"embed_origins": "https://a.example/\n\nhttps://b.example"}).status == 303
    stored = {"embed_origins": ["https://a.example", "https://b.example"], "if_version": 3}
    assert house.asked("practice.update") == [stored]
    house.answers["practice.update"] = Refused("precondition_failed", {"version": 5})
    late = client.post(action, fields | {"embed_origins": "https://c.example"})
    assert (late.status, late.form("/homepages")[1]["version"]) == (412, "5")
    assert late.form("/online")[1]["version"] == "123456789"


def test_online_booking_shows_how_each_service_is_booked(owner: None, client: StrictClient) -> None:
    """By request, two days before at the latest, sixty at the earliest; what is to be changed is one click away."""
    page = client.get("/desk/settings/online")
    [row] = [row for row in page.all("tr") if row.find("td") is not None]
    assert [("".join(cell.itertext())).strip() for cell in row.iter("td")] == [
        *("Beratung", "Buchbar", "Auf Anfrage", "2 Tage vorher", "60 Tage vorher")
    ]
    assert any(a.get("href") == f"/desk/settings/services/{SERVICE['id']}" for a in page.all("a"))


def test_the_practice_is_saved_and_a_light_colour_is_mentioned(owner: None, client: StrictClient, house: House) -> None:
    """EUR and RUB at hand (K5); an empty phone and copy address switch off."""
    house.answers["practice.update"] = lambda payload: {**payload, "accent": "#111111"}
    page = client.get("/desk/settings/practice")
    assert {"EUR", "RUB"} <= {option.get("value") for option in page.find("select", id="currency").iter("option")}
    chosen = {"country": "DE", "locale": "de", "time_zone": ZONE, "currency": "RUB", "accent": "#ffee00"}
    preview = send(client, "/desk/settings/practice", **chosen, action="preview")
    assert "Zu hell" in preview.text
    assert "/accent/ffee00.svg" in preview.html
    assert client.get("/accent/ffee00.svg").status == 200
    done = send(client, "/desk/settings/practice", **chosen, copy_to="", phone="")
    assert "etwas dunkler" in client.get(str(done.location)).text
    [sent] = house.asked("practice.update")
    assert (sent["currency"], sent["copy_to"], sent["phone"], sent["if_version"]) == ("RUB", None, "", 3)


def test_wrong_entries_of_the_practice_are_told_beside_them(owner: None, client: StrictClient, house: House) -> None:
    """Also those that only the service can see."""
    chosen = {"country": "DE", "locale": "de", "time_zone": ZONE, "currency": "EUR"}
    page = send(client, "/desk/settings/practice", **chosen, name="", email="kein", copy_to="auch keine", accent="rot")
    errors = {p.get("id") for p in page.all("p", class_="error")}
    assert errors == {"name-error", "email-error", "copy_to-error", "accent-error"}
    house.answers["practice.update"] = Refused("invalid", {"errors": {"country": ["Unknown country."]}})
    page = send(client, "/desk/settings/practice", **chosen, accent="#112233")
    assert [p.get("id") for p in page.all("p", class_="error")] == ["country-error"]


def test_places_are_added_and_changed(owner: None, client: StrictClient, house: House) -> None:
    """Empty ones are not."""
    echo(house, "practice.create_place", "practice.update_place")
    assert send(client, "/desk/settings/practice/places/new", name="Nord", address="").status == 422
    assert send(client, "/desk/settings/practice/places/new", name="Nord", address="Weg 1").status == 303
    assert send(client, f"/desk/settings/practice/places/{PLACE['id']}", name="Süd", address="Weg 2").status == 303
    [sent] = house.asked("practice.update_place")
    assert (sent["name"], sent["if_version"]) == ("Süd", 333)
    house.answers["practice.update_place"] = Refused("precondition_failed", {"version": 444})
    page = send(client, f"/desk/settings/practice/places/{PLACE['id']}", name="West", address="Weg 3")
    assert (page.status, page.find("input", id="name").get("value")) == (412, "West")
    assert page.find("input", name="version").get("value") == "444"
    assert client.get(f"/desk/settings/practice/places/{new_id()}").status == 404


ME = {"id": new_id(), "name": "Dora", "email": "d@x.example", "role": "owner", "locale": "de", "time_zone": None}


@pytest.mark.parametrize(("path", "method"), [("account", "me"), (f"users/{ME['id']}", "user")])
def test_people_are_not_overwritten_unseen_and_what_does_not_fit_is_told_beside_it(
    owner: None, client: StrictClient, house: House, path: str, method: str
) -> None:
    """What was typed stays; sending it once more is a decision."""
    house.answers[f"practice.{method}"] = {**ME, "state": "active", "version": 3}
    house.answers[f"practice.update_{method}"] = Refused("precondition_failed", {"version": 4})
    page = send(client, f"/desk/settings/{path}", name="Dorothea", locale="de", role="owner")
    assert (page.status, page.find("input", id="name").get("value")) == (412, "Dorothea")
    assert page.find("input", name="version").get("value") == "4"
    too_long = {"errors": {"name": ["Longer than maximum length 120."]}}
    house.answers[f"practice.update_{method}"] = Refused("invalid", too_long)
    page = send(client, f"/desk/settings/{path}", name="x" * 200, locale="de", role="owner")
    assert [p.get("id") for p in page.all("p", class_="error")] == ["name-error"]


def test_an_invitation_says_which_entry_does_not_fit(owner: None, client: StrictClient, house: House) -> None:
    """And keeps it."""
    house.answers["practice.users"] = {"items": []}
    house.answers["practice.invite_user"] = Refused("invalid", {"errors": {"name": ["Longer than maximum length 1."]}})
    page = send(client, "/desk/settings/users", name="x" * 200, email="a@b.example", role="staff", locale="de")
    assert [p.get("id") for p in page.all("p", class_="error")] == ["name-error"]
    assert page.find("input", id="name").get("value") == "x" * 200


@pytest.mark.parametrize("path", ["services", "calendars", "hours", "days-off"])
def test_what_is_not_ours_is_not_found(owner: None, client: StrictClient, path: str) -> None:
    """Another practice's object, or one that is gone."""
    assert client.get(f"/desk/settings/{path}/{new_id()}").status == 404


def test_the_plan_says_who_has_sms(owner: None, client: StrictClient) -> None:
    """From Standard on, and whom to ask."""
    page = client.get("/desk/settings/plan")
    assert "Ihr Tarif: Standard" in page.text
    assert "SMS gibt es ab Standard" in page.text


def test_a_page_asks_a_fixed_number_of_questions(owner: None, client: StrictClient, house: House) -> None:
    """However many services, calendars and entries there are."""
    house.answers["availability.list_services"] = {
        "items": [{**SERVICE, "id": new_id()} for _ in range(50)],
        "next": None,
    }
    for path, most in {"services": 4, f"hours/{ANNA}": 6, f"days-off/{ANNA}": 6}.items():
        house.calls.clear()
        assert client.get(f"/desk/settings/{path}").status == 200
        assert len(house.calls) <= most, [name for name, _ in house.calls]
