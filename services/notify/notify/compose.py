"""What a mail says: from an appointment, a template and the practice to a letter, still free of HTML and MIME."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from notify import words
from notify.domain import colour
from notify.domain.appointments import GONE, Appointment, Place, Status
from notify.domain.decide import Purpose, Role
from notify.domain.templates import LINK, Template, fill, one_line, paragraphs
from notify.words import say
from runtime import i18n

LINKED = frozenset(
    {
        *(Purpose.CONFIRMATION, Purpose.REQUESTED, Purpose.MOVED, Purpose.CHANGED, Purpose.REMINDER, Purpose.NOTICE),
        *(Purpose.INVITATION, Purpose.INVITATION_MOVED),
    }
)
UNLINKED = frozenset({Purpose.INVITATION_CANCELLED})  # its link is void, and there is nothing to book
PAYING = frozenset({Purpose.REMINDER, Purpose.SUMMARY})  # they say what is paid and what is open
PIN = "📍"
_UNSTOPPED = re.compile(r"^$|[.!?]$|://\S+$")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail's content. Without `when` there is no card. Its `rows` are (label, value); `struck` is a former time that
    no longer holds; `over`: the present one does not either."""

    subject: str
    locale: str
    practice: str
    accent: str
    accent_dark: str
    paragraphs: list[str]
    badge: str
    when: str
    when_note: str
    struck: str
    over: bool
    rows: list[tuple[str, str]]
    button: str
    url: str
    url_hint: str
    closing: list[str]
    footer: list[str]


@dataclass(frozen=True)
class Reader:
    """Who reads: their part in it, language and zone, and the link that is theirs alone."""

    role: Role
    locale: str
    zone: str
    link: str = ""

    @property
    def customer(self) -> bool:
        return self.role is Role.CUSTOMER


def needs_link(purpose: str, role: str) -> bool:
    """True when the message carries the customer's manage link or the guest's join link; copies and practitioners never
    get one."""
    return role == Role.CUSTOMER and purpose in LINKED


def reader_of(change: Appointment, role: str, locale: str, link: str = "") -> Reader:
    zone = words.zone_for(role, change.customer.time_zone, change.time_zone)
    return Reader(Role(role), locale, zone, link)


def letter(
    change: Appointment, purpose: Purpose, reader: Reader, practice: Mapping[str, Any], template: Template, home: str
) -> Letter:
    """The letter of this purpose. `home` is the base of links (PUBLIC_URL)."""
    values = placeholders(change, reader, practice)
    name = values["practice"]
    url = _url(change, purpose, reader, practice, home)
    return Letter(
        subject=one_line(fill(template.subject, values)),
        locale=reader.locale,
        practice=name,
        accent=colour.on_paper(practice.get("accent")),
        accent_dark=colour.on_night(practice.get("accent")),
        paragraphs=[*paragraphs(fill(template.text, values)), *_notes(change, reader)],
        badge=_badge(change, reader),
        when=_capital(values["when"]),
        when_note=_local_time(change, reader),
        struck=_capital(values["old_when"]) if change.previous_start else "",
        over=change.status in GONE,
        rows=_rows(change, purpose, reader, practice),
        button=one_line(fill(template.button, values)) if url else "",
        url=url,
        url_hint=say("If the button does not work, open this address:", reader.locale),
        closing=paragraphs(fill(template.closing, values)),
        footer=_footer(change, reader, practice, name),
    )


def short_text(change: Appointment, reader: Reader, practice: Mapping[str, Any], template: Template) -> str:
    """The SMS: one line, with the customer's own link where the template names it; the zone where it is not the
    calendar's. A full stop behind the place falls away where there is none to end, or it would stick to an address."""
    values = {**placeholders(change, reader, practice), LINK: reader.link}
    values["when_short"] += _zone_name(change, reader)
    text = template.sms.replace("{place}.", "{place}") if _UNSTOPPED.search(values["place"]) else template.sms
    return " ".join(fill(text, values).split())


def placeholders(change: Appointment, reader: Reader, practice: Mapping[str, Any]) -> dict[str, str]:
    """The value of every placeholder that a template may name."""
    zone, locale = reader.zone, reader.locale
    old, old_end = change.previous_start or change.start, change.previous_end or change.end
    return {
        "practice": practice.get("name") or "",
        "first_name": change.customer.first_name,
        "last_name": change.customer.last_name,
        "name": change.customer.name,
        "service": _what(change, reader),
        "duration": str(change.duration_minutes),
        "price": words.money(change.price, locale),
        "calendar": change.nickname,
        "paid": words.money(change.paid, locale),
        "balance": words.money(change.balance, locale),
        "note": change.note,
        "place": change.place.name if change.place.kind == "address" else change.place.line,
        "address": change.place.address,
        "when": words.when(change.start, change.end, zone, locale) + _zone_name(change, reader),
        "when_short": words.when_short(change.start, zone, locale),
        "date": words.long_date(change.start, zone, locale),
        "time": words.clock_time(change.start, zone, locale),
        "old_when": words.when(old, old_end, zone, locale),
        "old_when_short": words.when_short(old, zone, locale),
        "status": words.status(change.status, locale),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _foreign(change: Appointment, reader: Reader) -> bool:
    return not words.same_clock(change.start, reader.zone, change.time_zone)


def _zone_name(change: Appointment, reader: Reader) -> str:
    if not _foreign(change, reader):
        return ""
    return " " + say("({city} time)", reader.locale, city=i18n.city(reader.zone, reader.locale))


def _local_time(change: Appointment, reader: Reader) -> str:
    if not _foreign(change, reader):
        return ""
    return say(
        "In {city} it is then {when}.",
        reader.locale,
        city=i18n.city(change.time_zone, reader.locale),
        when=words.when_short(change.start, change.time_zone, reader.locale),
    )


def _notes(change: Appointment, reader: Reader) -> list[str]:
    notes = []
    if change.change == "rescheduled" and change.status is Status.PENDING and reader.customer:
        notes.append(say("The new time is not confirmed yet. You will hear from us.", reader.locale))
    if change.change == "restored":
        notes.append(say("The cancellation was taken back: the appointment stands as before.", reader.locale))
    if change.note and reader.role is not Role.PRACTITIONER:
        notes.append(say("Message from the practice: {note}", reader.locale, note=change.note))
    return notes


def where(place: Place, locale: str) -> str:
    """The place with its sign, a part a line; a call by video or phone says so first."""
    kind = {"video": "Video call", "phone": "Phone call"}.get(place.kind)
    first = place.name or (say(kind, locale) if kind else "")
    lines = [part for part in (first, place.address, place.text, place.url) if part]
    return f"{PIN} " + "\n".join(lines) if lines else ""


def _rows(change: Appointment, purpose: Purpose, reader: Reader, practice: Mapping[str, Any]) -> list[tuple[str, str]]:
    place = where(change.place, reader.locale)
    rows = [("Service", _service(change, reader)), ("With", change.nickname), ("Where", place)]
    if change.price and (practice.get("show_prices") or purpose in PAYING):
        rows.append(("Price", words.money(change.price, reader.locale)))
    if purpose in PAYING:
        payments = [("Paid", change.paid), ("Open", change.balance)]
        rows += [(label, words.money(amount, reader.locale)) for label, amount in payments if amount]
    if not reader.customer:
        rows.append(("Customer", change.customer.name))
    if reader.role is Role.PRACTITIONER:
        phone = words.phone(change.customer.phone, str(practice.get("country") or "DE"))
        contact = [("Phone", phone), ("E-mail", change.customer.email), ("Comment", change.comment)]
        rows += contact
    return [(say(label, reader.locale), value) for label, value in rows if value]


def _service(change: Appointment, reader: Reader) -> str:
    minutes = say("{minutes} minutes", reader.locale, minutes=str(change.duration_minutes))
    return f"{_what(change, reader)} · {minutes}"


def _what(change: Appointment, reader: Reader) -> str:
    return say("Video call", reader.locale) if change.meeting else change.service


def _badge(change: Appointment, reader: Reader) -> str:
    invited = change.meeting and change.status not in GONE
    return f"🎥 {say('Invitation', reader.locale)}" if invited else words.status(change.status, reader.locale)


def _url(change: Appointment, purpose: Purpose, reader: Reader, practice: Mapping[str, Any], home: str) -> str:
    if reader.role is Role.PRACTITIONER:
        return f"{home}/desk"
    if not reader.customer or purpose in UNLINKED:
        return ""
    if purpose in LINKED:
        return reader.link
    slug = practice.get("slug")
    return f"{home}/p/{slug}/book" if slug and (change.status in GONE or purpose is Purpose.SUMMARY) else ""


def _footer(change: Appointment, reader: Reader, practice: Mapping[str, Any], name: str) -> list[str]:
    contact = " · ".join(str(practice[key]) for key in ("phone", "email") if practice.get(key))
    lines = [name, change.place.address, contact]
    if reader.role is Role.COPY:
        lines.append(say("Copy of the message to {name}.", reader.locale, name=change.customer.name))
    if reader.role is Role.PRACTITIONER:
        hint = "You get this message because your address is entered in the settings of this calendar."
        lines.append(say(hint, reader.locale))
    return [line for line in lines if line]
