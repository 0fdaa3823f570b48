"""Which messages a change of an appointment causes (rows A4, A9, A10, D1, D3, D4, K22 and K29)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from notify.domain.appointments import GONE, Announcement, Appointment, Status

LAST_HOURS = timedelta(hours=24)  # elapsed time, not wall clock; exactly 24 h before still tells


class Purpose(StrEnum):
    """What a message is for; also the name of its template."""

    CONFIRMATION = "booking_confirmation"
    REQUESTED = "booking_requested"
    MOVED = "booking_moved"
    CHANGED = "booking_changed"
    CANCELLED = "booking_cancelled"
    DECLINED = "booking_declined"
    REMINDER = "reminder"
    NOTICE = "notice"
    SUMMARY = "summary"
    PRACTITIONER_BOOKED = "practitioner_booked"
    PRACTITIONER_CANCELLED = "practitioner_cancelled"
    PRACTITIONER_MOVED = "practitioner_moved"
    INVITATION = "invitation"
    INVITATION_MOVED = "invitation_moved"
    INVITATION_CANCELLED = "invitation_cancelled"


class Role(StrEnum):
    CUSTOMER = "customer"
    PRACTITIONER = "practitioner"
    COPY = "copy"


class Channel(StrEnum):
    EMAIL = "email"
    SMS = "sms"


BESIDE = frozenset({Purpose.REMINDER, Purpose.NOTICE, Purpose.SUMMARY})  # they take no other message's place
TOLD = frozenset({"service", "duration_minutes", "place"})  # a change of these is the customer's affair
ENDINGS = frozenset({Purpose.CANCELLED, Purpose.DECLINED, Purpose.PRACTITIONER_CANCELLED, Purpose.INVITATION_CANCELLED})


@dataclass(frozen=True)
class Addresses:
    """Where people can be reached: the calendar's address and number for D1, the copies of practice and calendar, and
    the customer's number. A number is E.164, and empty when it can get no SMS, or the practice may send none."""

    practitioner: str = ""
    copies: tuple[str, ...] = ()
    practitioner_phone: str = ""
    customer_phone: str = ""


@dataclass(frozen=True)
class Draft:
    """One message to be written: what for, to whom, by which channel."""

    purpose: Purpose
    role: Role
    recipient: str
    channel: Channel = Channel.EMAIL


def decide(change: Appointment, addresses: Addresses, practitioner_heard_cancel: bool = False) -> list[Draft]:
    """The messages that this change causes, each address at most once. The customer hears by the ways that staff
    chose; where they chose none by mail, or without an address by SMS.

    `practitioner_heard_cancel`: the practitioner was told of the cancellation that this change takes back.
    """
    if change.announcement:
        return list(_each_address_once(_announced(change, change.announcement, addresses)))
    told = customer_purpose(change)
    notice = practitioner_purpose(change, practitioner_heard_cancel)
    drafts = list(_to_customer(told, change, addresses)) if told else []
    if notice and addresses.practitioner:
        drafts.append(Draft(notice, Role.PRACTITIONER, addresses.practitioner))
    if notice and addresses.practitioner_phone:
        drafts.append(Draft(notice, Role.PRACTITIONER, addresses.practitioner_phone, Channel.SMS))
    if told and told is not Purpose.SUMMARY:
        drafts += [Draft(told, Role.COPY, address) for address in addresses.copies]
    return list(_each_address_once(drafts))


def _to_customer(told: Purpose, change: Appointment, addresses: Addresses) -> Iterable[Draft]:
    reached = {Channel.EMAIL: change.customer.email, Channel.SMS: addresses.customer_phone}
    ways = change.channels or (Channel.EMAIL if change.customer.email else Channel.SMS,)
    for channel, recipient in reached.items():
        if channel in ways and recipient:
            yield Draft(told, Role.CUSTOMER, recipient, channel)


def _announced(change: Appointment, wanted: Announcement, addresses: Addresses) -> Iterable[Draft]:
    """What staff want the customer to hear, by the channels that they chose and that lead somewhere. Copies get what
    is told by mail, and no reminders."""
    purpose = Purpose(wanted.kind)
    reached = {Channel.EMAIL: change.customer.email, Channel.SMS: addresses.customer_phone}
    for channel, recipient in reached.items():
        if channel in wanted.channels and recipient:
            yield Draft(purpose, Role.CUSTOMER, recipient, channel)
    if purpose is Purpose.NOTICE and Channel.EMAIL in wanted.channels:
        yield from (Draft(purpose, Role.COPY, address) for address in addresses.copies)


def customer_purpose(change: Appointment) -> Purpose | None:
    """What the customer hears; None for nothing: staff wished so, or all of it lies in the past. Of a completed
    appointment the summary, always."""
    if change.change == "completed":
        return Purpose.SUMMARY
    if change.over or (change.actor != "customer" and not change.notify):
        return None
    match change.change:
        case "booked" | "restored" | "accepted":
            return {Status.ACCEPTED: Purpose.CONFIRMATION, Status.PENDING: Purpose.REQUESTED}.get(change.status)
        case "rescheduled":
            return Purpose.MOVED
        case "updated" if change.status not in GONE and TOLD & set(change.changed):
            return Purpose.CHANGED
        case "declined":
            return Purpose.DECLINED
        case "cancelled":
            return Purpose.CANCELLED
    return None


def untold(change: Appointment, addresses: Addresses) -> Purpose | None:
    """What of this change no message can tell the customer, so that somebody has to call; None for nothing. Silence
    that staff wished counts for what was called off alone: of all else they had no way to have the customer told."""
    if change.announcement or change.customer.email or addresses.customer_phone:
        return None
    told = customer_purpose(change if change.status in GONE else replace(change, notify=True))
    return None if told is Purpose.SUMMARY else told


def practitioner_purpose(change: Appointment, heard_cancel: bool = False) -> Purpose | None:
    """What the practitioner hears of the customer's online acts; None of what staff do."""
    if change.actor != "customer":
        return None
    match change.change:
        case "booked" if change.online:
            return Purpose.PRACTITIONER_BOOKED
        case "restored" if heard_cancel:
            return Purpose.PRACTITIONER_BOOKED
        case "cancelled" if change.start - change.at <= LAST_HOURS:
            return Purpose.PRACTITIONER_CANCELLED
        case "rescheduled" if (change.previous_start or change.start) - change.at <= LAST_HOURS:
            return Purpose.PRACTITIONER_MOVED
    return None


def obsolete(purpose: Purpose, version: int, newest: int, newest_status: Status) -> bool:
    """True when a message of this version would now tell something untrue: the appointment has been called off, is on
    again, or was not completed after all."""
    if version >= newest:
        return False
    if purpose is Purpose.SUMMARY:
        return newest_status is not Status.COMPLETED
    return (newest_status in GONE) is not (purpose in ENDINGS)


def _each_address_once(drafts: Iterable[Draft]) -> Iterable[Draft]:
    seen = set()
    for draft in drafts:
        if draft.recipient.casefold() not in seen:
            seen.add(draft.recipient.casefold())
            yield draft
