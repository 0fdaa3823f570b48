"""Whom messages reach once an appointment has a customer: from the API through booking's events to notify's mails."""

from datetime import timedelta
from typing import Any

import pytest

from runtime.clock import utc_now
from runtime.ids import new_id
from tests.conftest import Stack
from tests.systems import until

SLUG = "/api/v1/practices/top-hearing"
Json = dict[str, Any]


class Reception:
    """Staff of the demo practice, over the API."""

    def __init__(self, stack: Stack):
        self.client, self.headers = stack.client(), stack.bearer()

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.client.open(f"/api/v1{path}", method=method, json=body, headers=self.headers)
        assert answer.status_code < 300, answer.text
        found: Json = answer.get_json()
        return found

    def booking(self, email: str) -> str:
        """Somebody books online; the appointment's id."""
        face = self.client.get(SLUG).get_json()
        service = next(s for s in face["services"] if s["name"] == "Servicetermin")
        first = utc_now().date() + timedelta(days=7)
        week = self.client.get(f"{SLUG}/slots?service={service['id']}&days=14&from={first}&tz=Europe/Berlin").get_json()
        slots = [slot for day in week["days"] for slot in day["slots"] if slot["bookable"]]
        customer = {"first_name": "Rosa", "last_name": "Renner", "email": email, "phone": "0711 700700"}
        wish = {"service": service["id"], "start": slots[-1]["start"], "customer": customer}
        answer = self.client.post(f"{SLUG}/appointments", json=wish, headers={"Idempotency-Key": new_id()})
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["id"])

    def told(self, appointment: str, purpose: str) -> list[str]:
        """Where messages of this purpose went for the customer."""
        found = self.ask("GET", f"/messages?appointment={appointment}")["items"]
        return [m["recipient"] for m in found if m["role"] == "customer" and m["purpose"] == purpose]


@pytest.fixture(name="reception")
def _reception(stack: Stack) -> Reception:
    return Reception(stack)


def test_messages_follow_the_customers_record_and_come_back_when_it_is_unlinked(reception: Reception) -> None:
    """The confirmation goes to what was entered; later ones to the record as it is then; unlinked, to the entry."""
    entered, first, second = (f"{name}-{new_id()[:8]}@example.org" for name in ("entered", "first", "second"))
    id = reception.booking(entered)
    until(lambda: reception.told(id, "booking_confirmation") == [entered], what="the confirmation")
    made = reception.ask("PUT", f"/appointments/{id}/customer", {"create": {"email": first}})
    record = f"/customers/{made['customer_id']}"
    reception.ask("PATCH", record, {"email": second})
    reception.ask("POST", f"/appointments/{id}/cancel")
    until(lambda: reception.told(id, "booking_cancelled") == [second], what="the cancellation")
    reception.ask("DELETE", f"/appointments/{id}/customer")
    reception.ask("POST", f"/appointments/{id}/undo")
    until(lambda: entered in reception.told(id, "booking_confirmation")[:1], what="the restored appointment's mail")
    assert first not in str(reception.ask("GET", f"/messages?appointment={id}"))


def test_an_appointment_of_a_phone_only_customer_sends_no_mail_and_loses_nothing(reception: Reception) -> None:
    """X5: booked by staff in the record's name."""
    made = reception.ask("POST", "/customers", {"first_name": "Paula", "last_name": "Ohnepost", "phone": "0711 700701"})
    booked = reception.booking("someone@example.org")
    start = reception.ask("GET", f"/appointments/{booked}")
    reception.ask("POST", f"/appointments/{booked}/cancel")
    wish = {"service": start["service"]["id"], "calendar": start["calendar"]["id"], "start": start["start"]}
    id = reception.ask("POST", "/appointments", {**wish, "customer_id": made["id"]})["id"]
    view = reception.ask("GET", f"/appointments/{id}")
    assert (view["customer_id"], view["customer"]["phone"]) == (made["id"], "+49711700701")
    found = reception.ask("GET", "/customers?q=ohnepost")["items"][0]
    assert (found["counts"]["coming"], found["email"]) == (1, None)
    sent = reception.ask("GET", f"/messages?appointment={id}")["items"]
    assert [m for m in sent if m["role"] == "customer" and m["channel"] == "email"] == []
