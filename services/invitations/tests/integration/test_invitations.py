"""Inviting, changing, sending again, calling off: rows V1 to V6 as staff and guests meet them."""

from datetime import timedelta
from typing import Any

import pytest

from runtime.clock import iso
from runtime.ids import new_id
from runtime.testing import Databases
from services.invitations.tests.builders import ANNA, BEN, NOW, PRACTICE, START, Desk

MOBILE = "0151 12345678"
STRANGER = "99999999-9999-4999-8999-999999999999"


def test_an_invitation_is_stored_told_and_shown(desk: Desk) -> None:
    """With the consent, its time and its user; the host by nickname; one message to be sent."""
    made = desk.invite(time_zone="Europe/Paris", locale="fr")
    assert made["host"] == {"calendar": ANNA, "nickname": "Anna", "time_zone": "Europe/Berlin"}
    assert made["consent"] == {"at": iso(NOW), "user": PRACTICE, "text": "1"}
    assert (made["mark"], made["state"], made["locale"]) == ("pending", "open", "fr")
    assert [(each["channel"], each["state"]) for each in made["delivery"]] == [("email", "queued")]
    (event,) = desk.events()
    assert event["type"] == "invitation.created"
    assert event["data"]["send"] == [
        {"channel": "email", "attempt": 1, "purpose": "invitation", "address": "erika@example.org"}
    ]
    assert desk.show(made["id"]) == made


def test_a_repeat_under_the_same_key_invites_nobody_twice(lite: Desk) -> None:
    """Another wish under the key is refused."""
    wish = lite.wish()
    first = lite.staff("create_invitation", **wish)
    assert lite.staff("create_invitation", **wish) == first
    assert len(lite.events()) == 1
    other = {**wish, "last_name": "Other"}
    assert lite.refused(lite.staff, "create_invitation", **other).code == "idempotency_conflict"


def test_the_calendar_that_is_named_invites(lite: Desk) -> None:
    """By its clock; a calendar of nobody is not found; a practice without calendars invites by its own name."""
    made = lite.invite(calendar=BEN)
    assert made["host"]["nickname"] == "Ben"
    assert made["valid_until"] == "2027-03-09T09:30:00+00:00"  # 4:30 in New York, both in winter time
    assert lite.refused(lite.invite, calendar=STRANGER).code == "not_found"
    lite.calendars = []
    assert lite.invite()["host"] == {"calendar": None, "nickname": "Top Hearing", "time_zone": "Europe/Berlin"}


def test_sms_takes_a_plan_and_a_number_that_can_get_one(lite: Desk) -> None:
    """On basic a number can still be stored (V2)."""
    both = {"channels": ["sms", "email"], "phone": MOBILE}
    assert lite.invite(**both)["channels"] == ["email", "sms"]
    assert lite.invite(**both)["phone"] == "+4915112345678"
    landline = lite.refused(lite.invite, **{**both, "phone": "0711 123456"})
    assert landline.facts["errors"] == {"phone": ["This number cannot receive SMS."]}
    lite.plan = "basic"
    refused = lite.refused(lite.invite, **both)
    assert (refused.code, refused.facts) == ("plan_required", {"plan": "standard"})
    assert lite.invite(phone="0711 123456")["phone"] == "+49711123456"


def test_what_is_not_right_is_named_and_nothing_is_stored(lite: Desk) -> None:
    """What takes the clock or the practice to know; the rest is in test_requests."""
    past = {"start": iso(NOW - timedelta(minutes=30))}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"consent": False}, "consent"),
        ({"email": None}, "email"),
        ({"channels": ["email", "sms"]}, "phone"),
        ({"phone": "12"}, "phone"),
        (past, "start"),
    ]
    for entries, field in wrong:
        refused = lite.refused(lite.invite, **entries)
        assert (refused.code, list(refused.facts["errors"])) == ("invalid", [field])
    assert lite.events() == []


def test_a_meeting_that_began_can_still_be_sent(lite: Desk) -> None:
    """Somebody is on the telephone and wants to be seen now."""
    assert lite.invite(start=iso(NOW - timedelta(minutes=5)))["state"] == "open"


def test_a_moved_meeting_keeps_its_link_and_tells_the_guest(desk: Desk) -> None:
    """Its validity grows with it, and does not shrink when it comes back or gets shorter (V3)."""
    made = desk.invite()
    later = START + timedelta(days=40)
    moved = desk.staff("change_invitation", id=made["id"], start=iso(later), duration_minutes=60)
    assert (moved["start"], moved["end"]) == (iso(later), iso(later + timedelta(hours=1)))
    assert moved["valid_until"] > made["valid_until"]
    assert moved["join_token"] == made["join_token"]
    back = desk.staff("change_invitation", id=made["id"], start=made["start"], duration_minutes=15)
    assert back["valid_until"] == moved["valid_until"]
    event = desk.events()[-1]["data"]
    assert (event["previous_start"], event["start"]) == (iso(later), made["start"])
    assert event["send"][0] == {**event["send"][0], "purpose": "invitation_moved", "attempt": 3}
    assert [each["state"] for each in back["delivery"]] == ["expired", "expired", "queued"]


def test_a_new_name_alone_sends_nothing(lite: Desk) -> None:
    made = lite.invite()
    lite.staff("change_invitation", id=made["id"], first_name="Erica")
    assert lite.events()[-1]["data"]["send"] == []
    before = len(lite.events())
    assert lite.staff("change_invitation", id=made["id"], first_name="Erica")["version"] == 2
    assert len(lite.events()) == before


def test_what_comes_next_speaks_the_language_that_was_corrected(lite: Desk) -> None:
    """And tells the time of the corrected zone; the change itself sends nothing. What is left out stays."""
    made = lite.invite(locale="de", time_zone="Europe/Moscow")
    changed = lite.staff("change_invitation", id=made["id"], locale="ru", time_zone="Asia/Almaty")
    assert lite.events()[-1]["data"]["send"] == []
    assert lite.staff("change_invitation", id=made["id"], first_name="Erica")["locale"] == changed["locale"] == "ru"
    lite.staff("resend_invitation", id=made["id"])
    told = lite.events()[-1]["data"]
    assert (told["locale"], told["time_zone"], len(told["send"])) == ("ru", "Asia/Almaty", 1)
    assert lite.staff("change_invitation", id=made["id"], time_zone=None)["time_zone"] is None
    assert lite.refused(lite.staff, "change_invitation", id=made["id"], locale="it").code == "invalid"


def test_who_edits_an_older_version_is_told_so(lite: Desk) -> None:
    """A mail's progress is no edit: it makes no page stale."""
    made = lite.invite()
    lite.staff("change_invitation", id=made["id"], first_name="Erica", if_version=1)
    for method, more in (
        ("change_invitation", {"first_name": "X"}),
        ("delete_invitation", {}),
        ("resend_invitation", {}),
    ):
        refused = lite.refused(lite.staff, method, id=made["id"], if_version=1, **more)
        assert refused.code == "precondition_failed"


def test_a_deleted_meetings_link_is_void_and_the_guest_hears_of_it(desk: Desk) -> None:
    """A repeat answers the same; nothing can be changed any more."""
    made = desk.invite()
    gone = desk.staff("delete_invitation", id=made["id"])
    assert (gone["status"], gone["state"]) == ("deleted", "void")
    assert desk.events()[-1]["data"]["send"][0]["purpose"] == "invitation_cancelled"
    assert desk.staff("delete_invitation", id=made["id"]) == gone
    assert desk.call("join", token=made["join_token"])["state"] == "void"
    for method in ("change_invitation", "resend_invitation", "admit_guest"):
        more = {"first_name": "X"} if method == "change_invitation" else {}
        assert desk.refused(desk.staff, method, id=made["id"], **more).code == "invalid_transition"


def test_the_guest_sees_no_more_than_needed(lite: Desk) -> None:
    """No address, no consent; once the link is void, not even the name."""
    made = lite.invite(time_zone="Europe/Paris")
    seen = lite.call("join", token=made["join_token"])
    assert (seen["guest"], seen["host"]["nickname"], seen["time_zone"]) == ("Erika Müller", "Anna", "Europe/Paris")
    assert "erika@example.org" not in str(seen)
    lite.clock.now = START + timedelta(days=200)
    late = lite.call("join", token=made["join_token"])
    assert (late["state"], late["guest"]) == ("expired", None)


@pytest.mark.parametrize("token", ["", "x", "T" * 22, "../../etc", "ü" * 22, "T" * 5000])
def test_a_token_of_nothing_is_not_found(lite: Desk, token: str) -> None:
    lite.invite()
    assert lite.refused(lite.call, "join", token=token).code == "not_found"


def test_the_host_lets_the_guest_in(lite: Desk) -> None:
    """Knocking, waiting, admitted, ended; each once, repeats answer the same."""
    made = lite.invite()
    token, id = made["join_token"], made["id"]
    assert lite.call("join", token=token)["state"] == "open"
    assert lite.call("knock", token=token)["state"] == "waiting"
    assert lite.call("knock", token=token) == lite.call("join", token=token)
    assert lite.show(id)["call"] == "waiting"
    assert lite.staff("admit_guest", id=id) == lite.staff("admit_guest", id=id)
    assert lite.call("knock", token=token) == lite.call("join", token=token)
    assert lite.call("join", token=token)["admitted"] is True
    assert lite.staff("end_call", id=id)["call"] == "idle"
    assert lite.call("join", token=token)["state"] == "open"
    assert len(lite.events()) == 4


def test_another_practice_finds_nothing(lite: Desk) -> None:
    made = lite.invite()
    methods: dict[str, dict[str, Any]] = {
        "invitation": {},
        "change_invitation": {"first_name": "X"},
        "delete_invitation": {},
        "resend_invitation": {},
        "admit_guest": {},
        "end_call": {},
    }
    for method, more in methods.items():
        refused = lite.refused(lite.staff, method, practice_id=STRANGER, id=made["id"], **more)
        assert refused.code == "not_found"
    assert lite.staff("invitations", practice_id=STRANGER)["items"] == []
    assert lite.show(made["id"]) == made


def test_notify_gets_the_same_link_each_time(lite: Desk) -> None:
    """Derived, never stored; null for what is no invitation."""
    made = lite.invite()
    unknown = new_id()
    tokens = lite.other("join_links", ids=[made["id"], unknown])["tokens"]
    assert tokens == {made["id"]: made["join_token"], unknown: None}
    assert len(made["join_token"]) == 22


def test_lists_go_in_pages_by_scope_and_mark(desk: Desk) -> None:
    """Coming ones by start, past ones latest first, all of them newest first."""
    ids = {}
    for days in (3, 1, 2):
        ids[days] = desk.invite(start=iso(START + timedelta(days=days)))["id"]
        desk.clock.forward(minutes=1)
    desk.staff("delete_invitation", id=ids[2])

    def listed(**query: Any) -> list[str]:
        found, cursor = [], None
        while True:
            page = desk.staff("invitations", **query, limit=1, cursor=cursor)
            found += [each["id"] for each in page["items"]]
            cursor = page["next"]
            if cursor is None:
                return found

    assert listed() == [ids[2], ids[1], ids[3]]
    assert listed(scope="upcoming") == [ids[1], ids[3]]
    assert listed(scope="past") == [ids[2]]
    assert listed(mark="pending") == [ids[1], ids[3]]
    desk.clock.now = START + timedelta(days=30)
    assert listed(scope="past") == [ids[3], ids[2], ids[1]]


def test_a_practice_sends_no_more_than_its_daily_limit(databases: Databases) -> None:
    """Moves and repeats count, too; a day later it goes on. Another practice has its own."""
    desk = Desk(databases, daily_limit=3)
    made = desk.invite()
    desk.staff("resend_invitation", id=made["id"])
    desk.invite(email="other@example.org")
    for attempt in (desk.invite, lambda: desk.staff("resend_invitation", id=made["id"])):
        refused = desk.refused(attempt)
        assert (refused.code, refused.facts["per"], refused.facts["limit"]) == ("too_many_invitations", "practice", 3)
    desk.staff("create_invitation", practice_id=STRANGER, **desk.wish())
    desk.clock.forward(hours=24)
    desk.invite()


def test_nobody_is_flooded(sqlite: Databases) -> None:
    """One address gets so many messages of a practice a day, and others still get theirs."""
    desk = Desk(sqlite, address_limit=2)
    made = desk.invite()
    desk.staff("resend_invitation", id=made["id"])
    assert desk.refused(desk.staff, "resend_invitation", id=made["id"]).facts["per"] == "address"
    desk.staff("resend_invitation", id=made["id"], email="other@example.org")


def test_sending_again_keeps_the_link_and_takes_the_corrected_address(lite: Desk) -> None:
    """A repeat of the same click sends nothing more."""
    made = lite.invite()
    again = {"id": made["id"], "email": "erika.mueller@example.org", "idempotency_key": "click"}
    sent = lite.staff("resend_invitation", **again)
    assert lite.staff("resend_invitation", **again) == sent
    assert sent["join_token"] == made["join_token"]
    assert [each["address"] for each in sent["delivery"]] == ["erika@example.org", "erika.mueller@example.org"]
    told = lite.events("invitation.resent")
    assert [each["data"]["send"] for each in told] == [
        [{"channel": "email", "attempt": 2, "purpose": "invitation", "address": "erika.mueller@example.org"}]
    ]


def test_a_channel_can_be_added_when_sending_again(lite: Desk) -> None:
    """With its address, and within the plan."""
    made = lite.invite()
    wish = {"id": made["id"], "channels": ["email", "sms"]}
    assert lite.refused(lite.staff, "resend_invitation", **wish).facts["errors"] == {
        "phone": ["Missing data for required field."]
    }
    lite.plan = "basic"
    assert lite.refused(lite.staff, "resend_invitation", **wish, phone=MOBILE).code == "plan_required"
    lite.plan = "premium"
    sent = lite.staff("resend_invitation", **wish, phone=MOBILE)["delivery"]
    assert sorted((each["channel"], each["attempt"]) for each in sent) == [("email", 1), ("email", 2), ("sms", 1)]


def test_a_late_guest_can_be_sent_the_link_again_until_it_expires(lite: Desk) -> None:
    """The time is a guide only."""
    made = lite.invite()
    lite.clock.now = START + timedelta(days=60)
    lite.staff("resend_invitation", id=made["id"])
    lite.clock.now = START + timedelta(days=120)
    assert lite.refused(lite.staff, "resend_invitation", id=made["id"]).code == "invalid_transition"
