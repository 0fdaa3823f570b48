"""A practice from its first day to a busy week, told to the services directly: every RPC method at least once."""

import json
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from deploy.demo import patiently
from deploy.embedded import House
from runtime.clock import utc_now
from runtime.errors import Refused
from runtime.identity import Signer
from tests.systems import until

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # eventlet's, of its own age
    from runtime.broker import encode_answer

Json = dict[str, Any]
PASSWORD = "a password of the tests"
EMAIL = "owner@journey.example"
PLACE = {"name": "Journey (S)", "address": "Weg 1, 70173 Stuttgart"}
PRACTICE = {"slug": "journey", "name": "Journey", "email": EMAIL, "time_zone": "Europe/Berlin", "country": "DE"}
CUSTOMER = {"first_name": "Erika", "last_name": "Müller", "email": "erika@kunden.example", "phone": "0711 123456"}
ALWAYS = [{"from": "00:00", "to": "24:00"}]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Journey:
    """Walks through a running house. `wire` holds every call as (method, call, answer) in the form of the broker."""

    def __init__(self, house: House):
        self.house, self.wire = house, list[tuple[str, Json, Json]]()
        self._answer = house.bus.rpc.call
        house.bus.rpc.call = self._recording  # type: ignore[method-assign]
        self.identity = self.practice = ""
        self.ids: dict[str, str] = {}
        self.given: list[str] = []

    def _recording(self, service: str, method: str, payload: Json, *how: Any, **more: Any) -> Any:
        answer, refused = None, None
        try:
            answer = self._answer(service, method, payload, *how, **more)
            return answer
        except Refused as error:
            refused = error
            raise
        finally:
            call = {"args": [payload], "kwargs": {}}
            self.wire.append((f"{service}.{method}", call, json.loads(encode_answer(answer, refused))))

    def public(self, name: str, /, **payload: Any) -> Any:
        return self.house.bus.rpc.call(*name.split("."), payload)

    def staff(self, name: str, /, **payload: Any) -> Any:
        return self.house.bus.rpc.call(*name.split("."), payload, {"identity": self.identity})

    def operator(self, name: str, /, **payload: Any) -> Any:
        token = self.house.secrets.operator().service_token(utc_now())
        return self.house.bus.rpc.call(*name.split("."), payload, {"identity": token})

    def walk(self) -> None:
        self.open_practice()
        self.look_after_users()
        self.register_another()
        self.set_up_calendar()
        self.take_days_off()
        self.customers_book()
        self.staff_work()
        self.money_and_details()
        self.invite_guests()
        self.know_customers()
        self.look_at_messages()
        self.reach_somebody()
        self.providers_tell()
        self.close()

    def open_practice(self) -> None:
        owner = {"name": "Dora Demo", "email": EMAIL, "password": "another password"}
        new = {**PRACTICE, "currency": "EUR", "owner": owner, "places": [PLACE]}
        self.practice = self.operator("practice.provision", **new)["practice_id"]
        self.operator("practice.set_plan", slug="journey", plan="premium")
        self.operator("practice.set_password", email=EMAIL, password=PASSWORD)
        refused("bad_credentials", lambda: self.public("practice.sign_in", email=EMAIL, password="wrong"))
        self.session = self.public("practice.sign_in", email=EMAIL, password=PASSWORD)["session"]
        self.identity = self.public("practice.refresh", session=self.session)["access_token"]
        self.public("practice.by_slug", slug="journey")
        refused("not_found", lambda: self.public("practice.by_slug", slug="nobody"))
        self.public("practice.by_id", id=self.practice)
        self.staff("practice.get")
        self.staff("practice.update", description="Zwei\nZeilen", copy_to="empfang@journey.example")
        self.staff("practice.create_place", **{**PLACE, "name": "Journey (N)"})
        self.place = self.staff("practice.places")["items"][0]["id"]
        self.staff("practice.update_place", id=self.place, name="Journey (Süd)")

    def look_after_users(self) -> None:
        colleague = {"name": "Rita Reception", "email": "rita@journey.example"}
        user = self.staff("practice.invite_user", **colleague, role="reception")["id"]
        self.staff("practice.invite_again", id=user)
        token = self.newest_token()
        self.public("practice.invited", token=token)
        self.public("practice.choose_password", token=token, password=PASSWORD)
        self.staff("practice.users")
        self.staff("practice.names")
        self.staff("practice.user", id=user)
        self.staff("practice.update_user", id=user, role="staff", time_zone="Europe/Paris")
        mine = self.staff("practice.me")
        self.staff("practice.update_me", locale="fr", if_version=mine["version"])
        refused("last_owner", lambda: self.staff("practice.update_user", id=mine["id"], active=False))
        self.staff("practice.change_password", current=PASSWORD, password=PASSWORD)
        self.public("practice.forgot_password", email=colleague["email"])
        self.staff("practice.end_first_steps")

    def register_another(self) -> None:
        owner = {"name": "Ohne Namen", "email": "new@journey.example", "password": PASSWORD}
        wish = {**owner, "practice": "Journey", "locale": "de", "time_zone": "Europe/Berlin", "country": "DE"}
        self.public("practice.register", **wish, currency="EUR")
        token = self.newest_token()
        self.public("practice.registration", token=token)
        self.public("practice.confirm", token=token, password=PASSWORD)
        self.public("practice.registration", token=token)
        self.public("practice.register", **wish, currency="EUR")
        refused("not_found", lambda: self.public("practice.confirm", token="T" * 22))

    def newest_token(self) -> str:
        """What notify puts into the newest letter about an account."""
        practice = next(app for app in self.house.apps if app.name == "practice")
        newest = text("select id from account_links order by created desc limit 1")
        id = str(UUID(practice.db.read(lambda session: str(session.scalar(newest)))))
        identity = Signer("notify", self.house.secrets.seeds["notify"]).service_token(utc_now())
        answer = self.house.bus.rpc.call("practice", "account_tokens", {"ids": [id]}, {"identity": identity})
        return str(answer["tokens"][id])

    def set_up_calendar(self) -> None:
        new = {"name": "A. Real Name", "nickname": "Anna", "place": self.place, "start_interval_minutes": 15}
        self.calendar = patiently(lambda: self.staff("availability.create_calendar", **new))["id"]
        self.staff("availability.update_calendar", id=self.calendar, max_per_day=400)
        self.staff("availability.put_hours", calendar=self.calendar, hours=dict.fromkeys(WEEKDAYS, ALWAYS))
        self.staff("availability.get_hours", calendar=self.calendar)
        self.staff("availability.preview_hours", calendar=self.calendar)
        self.staff("availability.list_calendars")
        for name, confirmation in (("Beratung", "automatic"), ("Anpassung", "request"), ("Alt", "automatic")):
            self.ids[name] = self.new_service(name, confirmation)
        self.staff("availability.update_service", id=self.ids["Alt"], price=None)
        self.staff("availability.delete_service", id=self.ids.pop("Alt"))
        self.staff("availability.list_services")
        self.public("availability.catalogue", practice_id=self.practice)

    def new_service(self, name: str, confirmation: str) -> str:
        price = {"amount": "49.00", "currency": "EUR"}
        terms = {"min_notice_minutes": 0, "released": True, "calendars": [self.calendar], "confirmation": confirmation}
        return str(
            self.staff("availability.create_service", name=name, duration_minutes=15, price=price, **terms)["id"]
        )

    def take_days_off(self) -> None:
        day = (utc_now() + timedelta(days=40)).date().isoformat()
        entries = {
            "holiday": {"date": day, "name": "Feiertag"},
            "vacation": {"from": day, "to": day},
            "absence": {"from": f"{day}T10:00:00+00:00", "to": f"{day}T11:00:00+00:00", "reason": "Arzt"},
        }
        for kind, entry in entries.items():
            made = self.staff(f"availability.add_{kind}", calendar=self.calendar, **entry)
            plural = {"holiday": "holidays", "vacation": "vacations", "absence": "absences"}[kind]
            self.staff(f"availability.list_{plural}", calendar=self.calendar)
            self.staff(f"availability.remove_{kind}", calendar=self.calendar, id=made["id"])
        region = {"country": "DE", "subdivision": "BW", "year": utc_now().year + 1}
        self.staff("availability.holiday_regions", country="DE")
        found = self.staff("availability.importable_holidays", calendar=self.calendar, **region)["items"]
        self.staff("availability.import_holidays", calendars=[self.calendar], **region, dates=[found[0]["date"]])

    def wish(self, service: str = "Beratung") -> Json:
        """A slot that nobody was given yet: the grid may be a moment behind."""
        today = utc_now().astimezone(ZoneInfo("Europe/Berlin")).date() + timedelta(days=2)
        asked = {"practice_id": self.practice, "service": self.ids[service], "calendar": self.calendar}
        grid = json.loads(
            self.public("availability.slots", **asked, **{"from": str(today)}, days=7, tz="Europe/Berlin")
        )
        free = [slot["start"] for day in grid["days"] for slot in day["slots"] if slot["bookable"]]
        self.given.append(next(start for start in free if start not in self.given))
        return {**asked, "start": self.given[-1]}

    def book(self, service: str = "Beratung", **more: Any) -> Json:
        wish, key = self.wish(service), f"key {len(self.wire)}"
        booked = self.public("booking.book", **wish, customer=CUSTOMER, idempotency_key=key, **more)
        return {**booked, "wish": wish}

    def customers_book(self) -> None:
        fields = [{"name": "insurer", "label": "Krankenkasse", "kind": "text"}]
        self.staff("booking.update_form", fields=fields, max_open_bookings=None)
        self.public("booking.form", practice_id=self.practice)
        hold = self.public("booking.hold", **self.wish())["hold"]
        self.public("booking.extend_hold", practice_id=self.practice, hold=hold)
        self.public("booking.release_hold", practice_id=self.practice, hold=hold)
        refused("hold_expired", lambda: self.public("booking.extend_hold", practice_id=self.practice, hold=hold))
        booked = self.book(message="Bitte klingeln", answers={"insurer": "AOK"}, time_zone="Europe/Paris")
        refused("slot_taken", lambda: self.public("booking.hold", **booked["wish"]))
        self.token = booked["manage_token"]
        self.public("booking.managed", token=self.token)
        self.public("booking.reschedule_managed", token=self.token, start=self.wish()["start"])
        self.public("booking.cancel_managed", token=self.token)
        self.public("booking.undo_managed", token=self.token)
        self.public("notify.calendar_file", token=self.token)
        refused("not_found", lambda: self.public("booking.managed", token="T" * 22))

    def staff_work(self) -> None:
        self.staff("booking.inbox")
        self.staff("booking.inbox_count")
        self.staff("booking.appointments", status=["pending", "accepted"], limit=1)
        self.staff("booking.planned", **self.stretch())
        self.staff("availability.agenda", **self.stretch(), service=self.ids["Beratung"])
        taken = {"service": self.ids["Beratung"], "calendar": self.calendar, "start": self.given[-1]}
        self.staff("availability.explain", **taken)
        self.staff("booking.changes_since", since=(utc_now() - timedelta(hours=1)).isoformat())
        accepted, declined = self.book("Anpassung")["id"], self.book("Anpassung")["id"]
        self.staff("booking.appointment", id=accepted)
        self.staff("booking.acknowledge", id=accepted)
        self.staff("booking.change_status", id=accepted, action="accept", note="Bis bald")
        self.staff("booking.change_status", id=declined, action="decline")
        self.staff("booking.undo", id=declined)
        self.staff("booking.reschedule", id=accepted, start=self.wish("Anpassung")["start"])
        self.staff("booking.announce", id=accepted, kind="reminder", channels=["email"], text="Bis bald")
        self.staff("booking.remind_all", ids=[accepted])
        self.staff("booking.change_status", id=accepted, action="cancel")
        refused("not_found", lambda: self.staff("booking.appointment", id=self.practice))
        for hours, action in ((2, "complete"), (3, "miss")):
            past = self.visit(utc_now() - timedelta(hours=hours))
            self.staff("booking.change_status", id=past, action=action)
        refused("invalid_transition", lambda: self.staff("booking.change_status", id=past, action="accept"))

    def money_and_details(self) -> None:
        id, euros = self.book()["id"], {"amount": "20.00", "currency": "EUR"}
        self.staff("booking.set_place", id=id, kind="video", url="https://video.example/anna", text="Anna")
        self.staff("booking.change_details", id=id, duration_minutes=10, note="Nur kurz", notify=False)
        self.staff("booking.set_price", id=id, price={"amount": "50.00", "currency": "EUR"})
        payment = self.staff("booking.add_payment", id=id, amount=euros, method="card")["payment"]
        self.staff("booking.change_payment", id=id, payment=payment, note="Teilbetrag")
        refused("overpaid", lambda: self.staff("booking.set_price", id=id, price=None))
        self.staff("booking.payments", id=id)
        self.staff("booking.appointment", id=id)
        self.staff("booking.remove_payment", id=id, payment=payment)
        ids = [self.book("Anpassung")["id"] for _ in range(2)]
        self.staff("booking.bulk", ids=ids, action="accept")
        refused("invalid_transition", lambda: self.staff("booking.bulk", ids=ids, action="accept"))
        self.staff("booking.undo_all", ids=[*ids, id])
        today = utc_now().date()
        asked = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=30)), "per": "week"}
        self.staff("booking.analytics", **asked, time_zone="Europe/Berlin")

    def know_customers(self) -> None:
        id = self.book("Anpassung")["id"]
        self.staff("booking.customer_suggestions", id=id)
        made = self.staff("booking.link_customer", id=id, create={"note": "Klingelt laut"})
        customer = self.staff("booking.customer", id=made["customer_id"])
        refused("precondition_failed", lambda: self.staff("booking.unlink_customer", id=id, if_version=1))
        self.staff("booking.unlink_customer", id=id, if_version=made["version"])
        twin = {"first_name": "Erika", "last_name": "Mueller", "phone": "0711 999999", "country": "DE"}
        duplicate = self.staff("booking.create_customer", **twin, idempotency_key="twin")["id"]
        self.staff("booking.link_customer", id=id, customer_id=duplicate)
        self.staff("booking.update_customer", id=duplicate, phone="0711 888888", country="DE")
        assert self.staff("booking.customer_suggestions", customer=customer["id"])["items"]
        merge = {"id": customer["id"], "duplicate": duplicate}
        self.staff("booking.merge_customers", **merge, preview=True)
        assert self.staff("booking.merge_customers", **merge)["moved"] == 1
        refused("customer_merged", lambda: self.staff("booking.link_customer", id=id, customer_id=duplicate))
        self.staff("booking.customers", q="muell", limit=1)

    @staticmethod
    def stretch() -> Json:
        """The days around today."""
        today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
        return {"from": today.isoformat(), "to": (today + timedelta(days=14)).isoformat()}

    def visit(self, start: datetime) -> str:
        """Somebody who came without an appointment."""
        begun = start.replace(minute=0, second=0, microsecond=0).isoformat()
        wish = {"service": self.ids["Beratung"], "calendar": self.calendar, "start": begun}
        walk_in = {"first_name": "Paul", "last_name": "Groß", "phone": "0711 654321"}
        return str(self.staff("booking.book_for", **wish, customer=walk_in, force=True)["id"])

    def invite_guests(self) -> None:
        start = (utc_now() + timedelta(days=3)).isoformat()
        guest = {"first_name": "Gast", "last_name": "Müller", "email": "gast@kunden.example", "phone": "0151 12345678"}
        wish = {**guest, "channels": ["email"], "start": start, "duration_minutes": 30, "consent": True}
        made = self.staff("invitations.create_invitation", **wish, calendar=self.calendar, idempotency_key="one")
        id, token = made["id"], made["join_token"]
        refused(
            "idempotency_conflict",
            lambda: self.staff(
                "invitations.create_invitation", **{**wish, "start": made["end"]}, idempotency_key="one"
            ),
        )
        self.staff("invitations.invitations", scope="upcoming", limit=1)
        self.staff("invitations.change_invitation", id=id, duration_minutes=45)
        refused("precondition_failed", lambda: self.staff("invitations.end_call", id=id, if_version=1))
        self.staff("invitations.resend_invitation", id=id, email="anders@kunden.example")
        for ask in ("join", "knock", "join"):
            self.public(f"invitations.{ask}", token=token)
        self.call_a_guest(wish)
        host, visitor = {"id": id, "peer": "the-host-one"}, {"token": token, "peer": "the-guest-one"}
        self.staff("invitations.enter_as_host", **host)
        self.public("invitations.enter_as_guest", **visitor)
        self.staff("invitations.admit_guest", id=id)
        self.staff("invitations.tell_as_host", **host, said=[{"kind": "ready"}])
        self.public("invitations.heard_by_guest", **visitor)
        self.public("invitations.tell_as_guest", **visitor, said=[{"kind": "ready"}])
        self.staff("invitations.heard_by_host", **host)
        self.staff("invitations.end_call", id=id)
        self.house.bus.rpc.call("invitations", "join_links", {"ids": [id, self.practice]}, self.as_notify())
        self.staff("invitations.delete_invitation", id=id)
        self.public("invitations.join", token=token)
        self.staff("invitations.invitation", id=id)
        refused("not_found", lambda: self.public("invitations.join", token="T" * 22))

    def call_a_guest(self, wish: Json) -> None:
        """Whose address no mail can go to."""
        lost = {**wish, "email": '"gast(t)"@kunden.example'}
        id = self.staff("invitations.create_invitation", **lost, idempotency_key="lost")["id"]
        refused("not_found", lambda: self.staff("invitations.unmark_called", id=self.practice))
        until(lambda: self.staff("invitations.invitation", id=id)["mark"] == "failed")
        self.staff("invitations.mark_called", id=id, by="Dora Demo")
        self.staff("invitations.unmark_called", id=id)

    def as_notify(self) -> dict[str, str]:
        token = Signer("notify", self.house.secrets.seeds["notify"]).service_token(utc_now())
        return {"identity": token}

    def look_at_messages(self) -> None:
        patiently(lambda: self.staff("notify.notification_settings", calendar=self.calendar))
        own = {"calendar": self.calendar, "email": "anna@hotmail.com", "phone": "0171 1234567"}
        self.staff("notify.update_notification_settings", **own)
        self.staff("notify.all_notification_settings")
        self.staff("notify.channels")
        self.staff("notify.require_channels", channels=["email", "sms"])
        self.book()
        until(self.all_told)
        self.public("notify.mailbox_message", id=self.public("notify.mailbox")["items"][0]["id"])
        self.staff("notify.templates", locale="de")
        for name in ("booking_confirmation", "calendar_attachment"):
            self.staff("notify.template", name=name, locale="en")
            self.staff("notify.preview_template", name=name, locale="fr")
        version = self.staff("notify.reminder_rules")["version"]
        rules = [{"channel": "email", "before": 1440}]
        self.staff("notify.update_reminder_rules", rules=rules, if_version=version)
        self.staff("notify.update_template", name="booking_confirmation", locale="de", subject="Ihr Termin")
        words = {"name": "booking_confirmation", "locale": "de", "subject": "Dein Termin"}
        refused("precondition_failed", lambda: self.staff("notify.update_template", **words, if_version=1))

    def all_told(self) -> bool:
        """The newest booking's SMS is there, and no message waits."""
        messages = self.staff("notify.messages", limit=200)["items"]
        done = ("sent", "failed", "expired")
        return "sms" in {one["channel"] for one in messages} and all(one["state"] in done for one in messages)

    def providers_tell(self) -> None:
        """What nobody has signed is refused; what they say of an SMS is told, as if Twilio had."""
        twilio = {"query": "", "form": {"MessageStatus": "delivered"}, "signature": "x"}
        refused("forbidden", lambda: self.public("notify.twilio_status", **twilio))
        refused("forbidden", lambda: self.public("notify.twilio_inbound", **twilio))
        refused("forbidden", lambda: self.public("notify.sms_status", provider="x", body="{}", signature=""))

    def reach_somebody(self) -> None:
        """One whose address bounced hears by another; one with a landline only is called."""
        sent = next(one for one in self.staff("notify.messages", limit=200)["items"] if self._may_go_again(one))
        self.staff("notify.resend_message", id=sent["id"], email="corrected@kunden.example")
        until(lambda: len(self.staff("notify.messages", appointment=sent["appointment"])["items"][0]["history"]) > 1)
        wish = self.wish()
        by_phone = {"first_name": "Frida", "last_name": "Festnetz", "phone": "0711 654321"}
        wish.pop("practice_id")
        made = self.staff("booking.book_for", **wish, customer=by_phone)["id"]
        until(lambda: made in {item["appointment"] for item in self.staff("notify.call_list")["items"]})
        self.staff("notify.mark_called", appointment=made, by="Dora Demo")
        self.staff("notify.unmark_called", appointment=made)
        refused("not_found", lambda: self.staff("notify.mark_called", appointment=self.practice))

    @staticmethod
    def _may_go_again(message: Json) -> bool:
        """The newest of a booking that still stands."""
        wanted = ("customer", "booking_confirmation", "sent", CUSTOMER["email"])
        return (message["role"], message["purpose"], message["state"], message["recipient"]) == wanted

    def close(self) -> None:
        self.public("practice.sign_out", session=self.session)
        refused("unauthorized", lambda: self.public("practice.refresh", session=self.session))


def refused(code: str, ask: Callable[[], Any]) -> None:
    """This error comes, and no other."""
    with pytest.raises(Refused) as caught:
        ask()
    assert caught.value.code == code
