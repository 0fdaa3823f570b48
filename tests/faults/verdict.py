"""The judgement: what must be true after any run, whatever died in it. Pure: plain data in, lines out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.faults.facts import Facts, Parked
from tests.faults.mail import UNKNOWN

AT_ONCE = 5.0  # seconds: a sender that dies so soon after the server's 250 has not committed yet
READERS = ("count", "echo")  # of the counting service
STOCK_LOSS = "stock handlers: events lost"


@dataclass(frozen=True)
class Line:
    """One law, what it wants, and what was found; `wanted` None: only told, nothing is demanded."""

    law: str
    wanted: int | None
    found: int

    @property
    def kept(self) -> bool:
        return self.wanted is None or self.wanted == self.found


def judge(facts: Facts) -> list[Line]:
    """All laws, in the order in which a booking goes its way."""
    return [*_bookings(facts), *_mails(facts), *_events(facts), *_parking(facts), *_answers(facts)]


def _bookings(facts: Facts) -> list[Line]:
    ids = {id for wish in facts.wishes for id in wish.ids}
    rows = {row.id for row in facts.appointments}
    slots = Counter((row.calendar_id, row.starts) for row in facts.appointments)
    return [
        Line("bookings confirmed (201)", facts.size.bookings, len(ids)),
        Line("appointments in the database", facts.size.bookings, len(facts.appointments)),
        Line("confirmed, but not in the database", 0, len(ids - rows)),
        Line("in the database, but never confirmed", 0, len(rows - ids)),
        Line("slots given twice", 0, _above_one(slots)),
        Line("customers booked twice under one key", 0, sum(len(set(wish.ids)) > 1 for wish in facts.wishes)),
        Line("slots that availability knows as taken", facts.size.bookings, facts.taken),
    ]


def _mails(facts: Facts) -> list[Line]:
    accepted, confirmed = facts.mails.accepted, {wish.email for wish in facts.wishes if wish.ids}
    unknown = {email for email in confirmed if email.startswith(UNKNOWN)}
    states = Counter(message.state for message in facts.messages)
    explained, others = _sent_again(facts)
    reached = sum(len(accepted.get(email, ())) == 1 for email in confirmed - unknown)
    return [
        Line("customers with exactly one confirmation", len(confirmed - unknown), reached),
        Line("customers with two confirmations", 0, sum(len(accepted.get(email, ())) > 1 for email in confirmed)),
        Line("mails to people who booked nothing", 0, len(set(accepted) - confirmed)),
        Line("messages that are `sent`", len(confirmed - unknown), states.pop("sent", 0)),
        Line("messages that are `failed`: refused for good", len(unknown), states.pop("failed", 0)),
        Line("messages in any other state", 0, states.total()),
        Line("the same mail again: killed between 250 and commit", None, explained),
        Line("the same mail again for any other reason", 0, others),
    ]


def _sent_again(facts: Facts) -> tuple[int, int]:
    """Second copies of mails: those that the documented window explains, and the others."""
    explained = others = 0
    for times in (times for mails in facts.mails.accepted.values() for times in mails.values()):
        for at in sorted(times)[:-1]:
            in_the_window = any(at - 0.1 <= death <= at + AT_ONCE for death in facts.sender_deaths)
            explained, others = explained + in_the_window, others + (not in_the_window)
    return explained, others


def _events(facts: Facts) -> list[Line]:
    parked = {(message.queue, message.id) for message in facts.parked}
    lost = [key for key, handled in facts.handled.items() if not handled and key not in parked]
    ours = Counter({key: times for key, times in facts.counts.items() if key[0] in READERS})
    return [
        Line("events, each counted for each of its readers", None, len(facts.handled)),
        Line("events left in an outbox", 0, facts.unpublished),
        Line("events lost", 0, len(lost)),
        Line("numbers counted, at both hops", facts.size.events, len(ours)),
        Line("effects doubled", 0, _above_one(ours)),
    ]


def _parking(facts: Facts) -> list[Line]:
    meant = [message for message in facts.parked if _is_meant(facts, message)]
    copies = len(facts.parked) - len({(message.queue, message.id) for message in facts.parked})
    return [
        Line("poison injected and parked", facts.injected.total(), len({(m.queue, m.id) for m in meant})),
        Line("parked without need", 0, len(facts.parked) - len(meant)),
        Line("copies in the parking queue", None, copies),
    ]


def _is_meant(facts: Facts, message: Parked) -> bool:
    return message.reason == "undecodable" or (message.reason == "permanent" and message.number in facts.specials)


def _answers(facts: Facts) -> list[Line]:
    refused = [wish for wish in facts.wishes if wish.refused]
    wrongly = [wish for wish in refused if not wish.rival or wish.refused != "slot_taken"]
    both = (facts.booking, facts.looking)
    return [
        Line("requests past their deadline", 0, sum(len(account.late) for account in both)),
        Line("answers that must not be: 5xx, or 503 without Retry-After", 0, sum(len(a.unexpected) for a in both)),
        Line("rivals who heard that the slot is taken (409)", facts.size.rivals, len(refused)),
        Line("customers refused without a rival", 0, len(wrongly)),
        Line("customers never served", 0, sum(not wish.decided for wish in facts.wishes)),
    ]


def compare(counts: Counter[tuple[str, int]], told: Iterable[int]) -> list[Line]:
    """What our readers and what stock handlers made of the same numbers."""
    ours, stock = ([counts[reader, number] for number in told] for reader in ("count", "stock"))
    return [
        Line("ours: events lost", 0, ours.count(0)),
        Line("ours: effects doubled", 0, sum(times > 1 for times in ours)),
        Line(STOCK_LOSS, None, stock.count(0)),
        Line("stock handlers: effects doubled", None, sum(times > 1 for times in stock)),
    ]


def shows_loss(control: list[Line]) -> bool:
    """The faults were real: stock handlers have lost events, and ours have kept the laws."""
    return all(line.kept for line in control) and any(line.law == STOCK_LOSS and line.found for line in control)


def _above_one(counted: Counter[Any]) -> int:
    return sum(times > 1 for times in counted.values())
