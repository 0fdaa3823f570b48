"""What the planner and the live feed read."""

from sqlalchemy import event as listen

NEITHER = {"first_name": "Nie", "last_name": "Mand", "email": "n@example.org", "phone": "0711 1"}


def test_the_planner_shows_every_appointment_of_a_stretch_in_order(desk):
    """Also what begins before it or is cancelled; what only touches it, another calendar's and another practice's are
    left out."""
    late, early = desk.book(26), desk.book(24.25)
    desk.book(23.5)  # ends when the stretch begins
    desk.book(30)
    desk.call("cancel_managed", token=late["manage_token"])
    other = desk.book(25, desk.ben)
    asked = {"from": desk.at(24), "to": desk.at(28)}
    plan = desk.staff("planned", **asked)
    assert [item["id"] for item in plan["items"]] == [early["id"], other["id"], late["id"]]
    assert [item["status"] for item in plan["items"]] == ["accepted", "accepted", "cancelled"]
    assert (plan["complete"], plan["items"][0]["customer"], plan["items"][0]["service"]) == (
        True,
        "Erika Müller",
        "Beratung",
    )
    assert [one["id"] for one in desk.staff("planned", **asked, calendars=[desk.ben])["items"]] == [other["id"]]
    assert desk.staff("planned", practice_id=desk.service, **asked)["items"] == []


def test_a_stretch_that_is_too_long_or_upside_down_is_refused(lite):
    """The end is the field at fault."""
    for hours in (24, 20, 24 + 63 * 24):
        refused = lite.refused(lite.staff, "planned", **{"from": lite.at(24), "to": lite.at(hours)})
        assert (refused.code, list(refused.facts["errors"])) == ("invalid", ["to"])


def test_the_planner_takes_one_statement_however_many_appointments(lite):
    """No question per appointment."""
    statements = []
    engine = lite.db.engine
    listen.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    asked = {"from": lite.at(0), "to": lite.at(200)}
    counts = []
    for hours in (24, 25, 26, 27):
        lite.book(hours)
        statements.clear()
        lite.staff("planned", **asked)
        lite.staff("changes_since", since=lite.at(-1))
        counts.append(sum("select" in one.lower() for one in statements))
    assert len(set(counts)) == 1
    assert counts[0] == 2


def test_changes_since_a_moment_are_told_in_order_with_nobodys_data(desk):
    """Each step once; what happened at the moment itself is known already."""
    first = desk.book(24)
    desk.clock.forward(minutes=5)
    seen = desk.clock().isoformat()
    desk.clock.forward(minutes=1)
    second = desk.book(26)
    desk.clock.forward(minutes=1)
    desk.staff("reschedule", id=second["id"], start=desk.at(27))
    desk.call("cancel_managed", token=first["manage_token"])
    told = desk.staff("changes_since", since=seen)
    steps = [(one["type"], one["id"], one["version"]) for one in told["items"]]
    assert steps[0] == ("appointment.booked", second["id"], 1)
    assert set(steps[1:]) == {
        ("appointment.rescheduled", second["id"], 2),
        ("appointment.cancelled", first["id"], 2),
    }
    assert (told["items"][0]["start"], told["complete"]) == (desk.at(26), True)
    assert "Erika" not in str(told)
    assert "example.org" not in str(told)
    assert desk.staff("changes_since", since=told["until"])["items"] == []
    assert desk.staff("changes_since", practice_id=desk.service, since=seen)["items"] == []


def test_too_many_changes_say_so(lite):
    """Whoever asks then looks at everything anew."""
    for hours in (24, 25, 26):
        lite.book(hours)
    told = lite.staff("changes_since", since=lite.at(-1), limit=2)
    assert (len(told["items"]), told["complete"]) == (2, False)
