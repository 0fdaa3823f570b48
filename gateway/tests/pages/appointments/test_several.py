"""Several appointments at once: decided, taken back, reminded of."""

import pytest

from gateway.pages.desk.batch import packed
from gateway.tests.pages.appointments.samples import SignIn, only
from gateway.tests.pages.house import House
from gateway.tests.pages.planner import ID, appointment
from runtime.errors import Refused
from runtime.ids import stable_id


def test_several_are_decided_together_without_scripts(sign_in: SignIn, house: House) -> None:
    """K21: the boxes belong to the form by its id; versions go along; the filters stay."""
    client = sign_in()
    page = client.get("/desk/appointments?status=pending")
    box = page.find("input", name="pick")
    assert (box.get("form"), box.get("value")) == ("together", f"{ID}:3")
    action, fields = page.form("/bulk")
    answer = client.post(action, {**fields, "pick": f"{ID}:3", "action": "decline"})
    expected = {"ids": [ID], "action": "decline", "notify": True, "channels": ["email"], "if_versions": {ID: 3}}
    assert only(house, "booking.bulk") == expected
    assert str(answer.location).startswith("/desk/appointments?did=bulk&status=pending&batch=")
    assert "quiet" not in str(answer.location)


@pytest.mark.parametrize("notify", [True, False])
def test_what_was_done_with_several_is_taken_back_with_one_button(sign_in: SignIn, house: House, notify: bool) -> None:
    """With the versions that the decision made, and silently where that was silent; the filters stay. By which ways the
    customers hear of it is asked as for one."""
    client = sign_in()
    other = stable_id("another")
    house.answers["booking.bulk"] = {"items": [appointment(version=4), appointment(id=other, version=9)]}
    house.answers["booking.undo_all"] = {"items": [appointment(), appointment(id=other)], "refused": []}
    action, fields = client.get("/desk/appointments?status=pending").form("/bulk")
    told = {"channels": ["email", "sms"] if notify else []}
    answer = client.post(action, {**fields, **told, "pick": f"{ID}:3", "action": "cancel"})
    assert only(house, "booking.bulk").get("channels") == (told["channels"] or None)
    action, fields = client.get(str(answer.location)).form("/bulk/undo")
    after = client.post(action, fields)
    expected = {"ids": [ID, other], "if_versions": {ID: 4, other: 9}, "notify": notify}
    assert only(house, "booking.undo_all") == expected
    assert after.location == "/desk/appointments?did=bulk_undone&status=pending"
    assert "Alles ist zurückgenommen." in client.get(str(after.location)).text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("slot_taken", "Die Zeit ist inzwischen vergeben."),
        ("too_late", "Die zehn Minuten sind vorbei."),
        ("precondition_failed", "Jemand hat ihn seither geändert."),
        ("invalid_transition", "Es gibt nichts zurückzunehmen."),
    ],
)
def test_what_could_not_be_taken_back_is_named_with_the_reason(
    sign_in: SignIn, house: House, code: str, words: str
) -> None:
    """By customer and time, with a way to the appointment."""
    client = sign_in()
    refused = [{"code": code, "appointment": appointment()}]
    house.answers["booking.undo_all"] = {"items": [appointment(), appointment()], "refused": refused}
    action, fields = client.get(f"/desk/past?did=bulk&batch={packed([appointment()])}").form("/bulk/undo")
    page = client.post(action, fields)
    assert page.status == 409
    for said in (words, "Zurückgenommen: 2. Unverändert: 1.", "Groß"):
        assert said in page.text
    assert page.find("a", href=f"/desk/appointments/{ID}") is not None
    assert page.find("a", href="/desk/past") is not None
    assert "Neu laden" not in page.text  # the address takes a form only


@pytest.mark.parametrize("batch", ["", "x", "!!!!", "AAAA"])
def test_a_batch_that_nobody_made_takes_nothing_back(sign_in: SignIn, house: House, batch: str) -> None:
    """And is no error page."""
    client = sign_in()
    action, fields = client.get(f"/desk/appointments?did=bulk&batch={packed([appointment()])}").form("/bulk/undo")
    answer = client.post(action, fields | {"batch": batch})
    assert (answer.status, "did=nothing" in str(answer.location)) == (303, True)
    assert house.asked("booking.undo_all") == []


def test_several_customers_are_reminded_from_the_list(sign_in: SignIn, house: House) -> None:
    """K29: whatever their status; the page says so."""
    client = sign_in()
    house.answers["booking.remind_all"] = {"items": []}
    action, fields = client.get("/desk/appointments").form("/bulk")
    answer = client.post(action, {**fields, "pick": f"{ID}:3", "action": "remind"})
    assert only(house, "booking.remind_all") == {"ids": [ID]}
    assert "Die Erinnerungen sind unterwegs" in client.get(str(answer.location)).text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("mixed_status", "alle ausgewählten Termine müssen denselben Status haben"),
        ("precondition_failed", "Inzwischen hat jemand anderes"),
        ("invalid_transition", "Das war nicht mehr möglich"),
        ("plan_required", "keine SMS verschickt werden"),
    ],
)
def test_several_that_do_not_fit_stay_as_they_are(sign_in: SignIn, house: House, code: str, words: str) -> None:
    """And the page says why; so it does when nothing was chosen."""
    client = sign_in()
    house.answers["booking.bulk"] = Refused(code)
    action, fields = client.get("/desk/appointments").form("/bulk")
    answer = client.post(action, {**fields, "pick": f"{ID}:3", "action": "accept"})
    assert words in client.get(str(answer.location)).text
    answer = client.post(action, {**fields, "action": "accept"})
    assert "mindestens einen Termin" in client.get(str(answer.location)).text
