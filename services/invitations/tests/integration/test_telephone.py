"""A guest whom no invitation reaches is called, and the call is noted: X5."""

from datetime import timedelta

from runtime.clock import iso
from services.invitations.tests.builders import NOW, PRACTICE, START, Desk

FAILED = "email.failed"
STRANGER = "99999999-9999-4999-8999-999999999999"


def red(desk: Desk) -> str:
    """An invitation that came back; its id."""
    id = str(desk.invite()["id"])
    desk.hear(id, FAILED)
    return id


def test_a_call_is_noted_with_user_and_time_until_something_newer_fails(desk: Desk) -> None:
    """Sent again it still holds; what fails then, is news. Nobody's edit becomes stale by it."""
    id = red(desk)
    assert desk.show(id)["called"] is None
    noted = desk.staff("mark_called", id=id, by="Dora Demo")
    assert (noted["called"], noted["version"]) == ({"at": iso(NOW), "by": "Dora Demo"}, 1)
    desk.staff("resend_invitation", id=id, email="right@example.org")
    assert desk.show(id)["called"] == noted["called"]
    desk.hear(id, FAILED, attempt=2)
    assert desk.show(id)["called"] is None
    with desk.db.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("select called_by, called_name from invitations").all()
    assert (str(row.called_by).replace("-", ""), row.called_name) == (PRACTICE.replace("-", ""), "Dora Demo")


def test_a_call_about_the_mail_was_none_about_the_sms(lite: Desk) -> None:
    id = lite.invite(channels=["email", "sms"], phone="0151 12345678")["id"]
    lite.hear(id, FAILED)
    lite.staff("mark_called", id=id)
    lite.hear(id, "sms.failed")
    assert lite.show(id)["called"] is None


def test_a_note_can_be_taken_back(lite: Desk) -> None:
    """Open pages hear of both; no message goes out."""
    id = red(lite)
    before = len(lite.events())
    lite.staff("mark_called", id=id, by="Dora Demo")
    assert lite.staff("unmark_called", id=id)["called"] is None
    told = lite.events()[before:]
    assert [(each["type"], each["data"]["send"]) for each in told] == [("invitation.changed", [])] * 2


def test_who_is_not_to_be_called_is_not_found(lite: Desk) -> None:
    """Reached, or not yet known; deleted; over; another practice's."""
    waiting, gone, red_one = lite.invite()["id"], red(lite), red(lite)
    lite.staff("delete_invitation", id=gone)
    for method in ("mark_called", "unmark_called"):
        for id in (waiting, gone):
            assert lite.refused(lite.staff, method, id=id).code == "not_found"
        assert lite.refused(lite.staff, method, practice_id=STRANGER, id=red_one).code == "not_found"
    lite.clock.now = START + timedelta(hours=1)
    assert lite.refused(lite.staff, "mark_called", id=red_one).code == "not_found"
