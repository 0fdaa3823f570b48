"""What notify tells of the messages turns the mark: rows V4 to V6."""

from itertools import permutations

import pytest

from runtime.errors import Permanent
from runtime.ids import new_id
from services.invitations.tests.builders import Desk

FAILED, SENT = "email.failed", "email.sent"
STRANGER = "99999999-9999-4999-8999-999999999999"


def test_a_mail_that_went_out_is_a_tick(desk: Desk) -> None:
    """And everybody who watches hears of it, with no message asked for."""
    id = desk.invite()["id"]
    desk.hear(id, SENT)
    shown = desk.show(id)
    assert (shown["mark"], shown["version"]) == ("delivered", 1)
    assert [(each["state"], each["reason"]) for each in shown["delivery"]] == [("sent", None)]
    told = desk.events("invitation.changed")[-1]
    assert (told["objectversion"], told["data"]["mark"], told["data"]["send"]) == (2, "delivered", [])


def test_from_the_red_mark_to_the_tick(desk: Desk) -> None:
    """Refused, corrected, sent again; the history keeps both attempts, the link stays."""
    made = desk.invite(email="typo@example.org")
    desk.hear(made["id"], FAILED)
    red = desk.show(made["id"])
    assert (red["mark"], red["delivery"][0]["reason"]) == ("failed", "Diese E-Mail-Adresse gibt es nicht.")
    again = desk.staff("resend_invitation", id=made["id"], email="right@example.org", if_version=red["version"])
    assert (again["mark"], again["join_token"]) == ("pending", made["join_token"])
    desk.hear(made["id"], SENT, attempt=2)
    green = desk.show(made["id"])
    assert green["mark"] == "delivered"
    history = [(each["address"], each["state"]) for each in green["delivery"]]
    assert history == [("typo@example.org", "failed"), ("right@example.org", "sent")]


def test_a_late_failure_of_the_first_attempt_leaves_the_tick(lite: Desk) -> None:
    """The bounce comes after the second attempt has succeeded."""
    id = lite.invite()["id"]
    lite.hear(id, SENT)
    lite.staff("resend_invitation", id=id)
    lite.hear(id, SENT, attempt=2)
    lite.hear(id, FAILED, attempt=1)
    shown = lite.show(id)
    assert shown["mark"] == "delivered"
    assert [each["state"] for each in shown["delivery"]] == ["failed", "sent"]


def test_a_bounce_hours_later_turns_the_tick_red(lite: Desk) -> None:
    id = lite.invite()["id"]
    lite.hear(id, SENT)
    lite.clock.forward(hours=5)
    lite.hear(id, FAILED)
    assert lite.show(id)["mark"] == "failed"


def test_the_order_of_news_does_not_matter(lite: Desk) -> None:
    """Failed, sent again by notify's own second try, and the first attempt's bounce: any order, the same end."""
    news = [(SENT, 1, 1), (FAILED, 1, 1), (FAILED, 2, 1), ("email.delivered", 2, 2)]
    ends = set()
    for order in permutations(news):
        id = lite.invite(email=f"{new_id()}@example.org")["id"]
        lite.staff("resend_invitation", id=id)
        for type, attempt, turn in order:
            lite.hear(id, type, attempt, turn)
        ends.add((lite.show(id)["mark"], *(each["state"] for each in lite.show(id)["delivery"])))
    assert ends == {("delivered", "failed", "delivered")}


def test_every_chosen_channel_counts(lite: Desk) -> None:
    """The mail arrives, the SMS does not: red until it is sent again, and then the SMS alone."""
    id = lite.invite(channels=["email", "sms"], phone="0151 12345678")["id"]
    lite.hear(id, SENT)
    assert lite.show(id)["mark"] == "pending"
    lite.hear(id, "sms.failed")
    assert lite.show(id)["mark"] == "failed"
    lite.staff("resend_invitation", id=id, phone="0151 87654321")
    assert [each["channel"] for each in lite.events("invitation.resent")[-1]["data"]["send"]] == ["sms"]
    lite.hear(id, "sms.sent", attempt=2)
    assert lite.show(id)["mark"] == "delivered"


def test_news_of_other_messages_change_nothing(lite: Desk) -> None:
    """A booking's mail, an invitation that is not there, an attempt that was never made."""
    id = lite.invite()["id"]
    before = lite.show(id)
    lite.hear_raw(FAILED, {"invitation": None, "attempt": 1, "reason": "why"})
    lite.hear(new_id(), FAILED)
    lite.hear(id, FAILED, attempt=7)
    lite.hear(id, "sms.failed")
    assert lite.show(id) == before
    assert len(lite.events()) == 1


def test_another_practice_cannot_turn_a_mark(desk: Desk) -> None:
    """Parked: one practice tells of another's invitation."""
    id = desk.invite()["id"]
    news = {"invitation": id, "invitation_attempt": 1, "attempt": 1, "reason": "why"}
    with pytest.raises(Permanent):
        desk.hear_raw(FAILED, news, practice_id=STRANGER)
    assert desk.show(id)["mark"] == "pending"


@pytest.mark.parametrize(
    "wrong", [{"invitation": "7"}, {"attempt": None}, {"attempt": "x"}, {"invitation_attempt": {}}]
)
def test_news_that_cannot_be_read_are_parked(lite: Desk, wrong: dict[str, object]) -> None:
    news = {"invitation": new_id(), "invitation_attempt": 1, "attempt": 1, "reason": None}
    with pytest.raises(Permanent):
        lite.hear_raw(SENT, {**news, **wrong})
