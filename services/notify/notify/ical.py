"""Calendar files (RFC 5545, RFC 5546): one entry per appointment that moves and vanishes with it.

The UID comes from the appointment's id and never changes; SEQUENCE is the appointment's version, so that a mail
program takes the newest and ignores what arrives late.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event, Timezone, vCalAddress, vText, vUri

from notify.compose import Reader, placeholders, where
from notify.domain.appointments import GONE, Appointment, Place, Status
from notify.domain.templates import Template, fill, one_line
from notify.words import say

BEGIN = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Terminfluss//Terminfluss//DE\r\nCALSCALE:GREGORIAN\r\n"
END = b"END:VCALENDAR\r\n"
STATUS = {Status.PENDING: "TENTATIVE", Status.DECLINED: "CANCELLED", Status.CANCELLED: "CANCELLED"}


@dataclass(frozen=True)
class CalendarFile:
    """`method` stands in the file and belongs into the MIME type, too."""

    filename: str
    method: str
    content: bytes


def calendar_file(
    change: Appointment,
    reader: Reader,
    practice: Mapping[str, Any],
    template: Template,
    mail_from: str,
    now: datetime,
) -> CalendarFile:
    """The entry as it is for this reader; the manage link is in the customer's only."""
    method = "CANCEL" if change.status in GONE else "REQUEST"
    rules = _rules(change.time_zone, change.start.year)
    event = _event(change, reader, practice, template, mail_from, now).to_ical()
    content = b"".join((BEGIN, f"METHOD:{method}\r\n".encode(), rules, event, END))
    return CalendarFile(template.filename or "Terminanhang.ics", method, content)


def _event(
    change: Appointment,
    reader: Reader,
    practice: Mapping[str, Any],
    template: Template,
    mail_from: str,
    now: datetime,
) -> Event:
    values = placeholders(change, Reader(reader.role, reader.locale, change.time_zone), practice)
    zone = ZoneInfo(change.time_zone)
    event = Event()
    event.add("UID", f"{change.id}@terminfluss")
    event.add("SEQUENCE", change.version)
    event.add("DTSTAMP", now)
    event.add("LAST-MODIFIED", change.at)
    event.add("DTSTART", change.start.astimezone(zone))
    event.add("DTEND", change.end.astimezone(zone))
    event.add("STATUS", STATUS.get(change.status, "CONFIRMED"))
    event.add("TRANSP", "TRANSPARENT" if change.status in GONE else "OPAQUE")
    event.add("CLASS", "PRIVATE")
    event.add("SUMMARY", one_line(fill(template.subject, values)))
    event.add("LOCATION", _location(change, reader))
    event.add("DESCRIPTION", _description(fill(template.text, values), change, reader))
    event.add("ORGANIZER", _organizer(practice, mail_from))
    if change.customer.email:
        event.add("ATTENDEE", _attendee(change))
    if change.place.url:
        event.add("CONFERENCE", _conference(change.place))
    if url := change.place.url or reader.link:
        event.add("URL", url)
    return event


def _location(change: Appointment, reader: Reader) -> str:
    """Of a video call its link: calendar programs show it where people look for a place."""
    return reader.link if change.meeting else change.place.line


def _description(words: str, change: Appointment, reader: Reader) -> str:
    parts = [words.strip(), where(change.place, reader.locale)]
    if reader.link:
        lead = "Join the video call:" if change.meeting else "Move or cancel the appointment:"
        parts.append(f"{say(lead, reader.locale)}\n{reader.link}")
    return "\n\n".join(part for part in parts if part)


def _conference(place: Place) -> vUri:
    """RFC 7986, 5.11: what a calendar program offers as "join"."""
    conference = vUri(place.url)
    conference.params["VALUE"] = vText("URI")
    conference.params["FEATURE"] = vText("VIDEO" if place.kind == "video" else "PHONE")
    return conference


def _organizer(practice: Mapping[str, Any], mail_from: str) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{practice.get('email') or parseaddr(mail_from)[1]}")
    organizer.params["CN"] = vText(_parameter(practice.get("name") or ""))
    return organizer


def _attendee(change: Appointment) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{change.customer.email}")
    attendee.params["CN"] = vText(_parameter(change.customer.name))
    attendee.params["CUTYPE"] = vText("INDIVIDUAL")
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = vText("DECLINED" if change.status in GONE else "ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    return attendee


def _parameter(value: str) -> str:
    """Parameter values can hold no double quote (RFC 5545, 3.2)."""
    return one_line(value).replace('"', "'")


@lru_cache(maxsize=64)
def _rules(zone: str, year: int) -> bytes:
    """The VTIMEZONE: longer than the event itself, and mostly the same as in the file before."""
    content: bytes = _zone(zone, year).to_ical()
    return content


def _zone(zone: str, year: int) -> Timezone:
    """The zone's rules around this year, as observances."""
    rules = Timezone.from_tzid(zone, first_date=date(year - 1, 1, 1), last_date=date(year + 3, 1, 1))
    rules.pop("COMMENT", None)
    for observance in rules.subcomponents:
        _begin_in_the_offset_before(observance)
    return rules


def _begin_in_the_offset_before(observance: Any) -> None:
    """Where clocks go forward, icalendar 7.3 tells the wall time after the gap; RFC 5545, 3.6.5, wants the time in
    TZOFFSETFROM, as it would have been without the change."""
    gap = observance["TZOFFSETTO"].td - observance["TZOFFSETFROM"].td
    if gap <= timedelta():
        return
    observance.DTSTART = observance["DTSTART"].dt - gap
    if "RDATE" in observance:
        later = [day.dt - gap for day in observance.pop("RDATE").dts]
        observance.add("RDATE", later)
