"""The verdict on a small run, and on the same run with one thing wrong: exactly the law that was broken is named."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.faults.customers import Wish
from tests.faults.facts import Facts, Message, Parked
from tests.faults.mail import MailAccount
from tests.faults.plan import SHORT
from tests.faults.verdict import compare, judge, shows_loss
from tests.faults.web import Account, Answer

SIZE = replace(SHORT, bookings=2, events=4, rivals=1)
QUEUE = "evt-tally-number.told--tally.count"


def wish(name: str, slot: str, rival: bool = False, ids: list[str] | None = None, refused: str = "") -> Wish:
    body = {"calendar": "anna", "start": slot, "customer": {"email": name}}
    return Wish(body, rival, ids=ids or [], refused=refused)


def row(id: str, start: str) -> SimpleNamespace:
    return SimpleNamespace(id=id, calendar_id="anna", starts=start)


def run() -> Facts:
    """Two slots, two customers for one of them; one mail sent, one refused for good; one message parked."""
    mails = MailAccount()
    mails.accepted["rita"]["<1>"].append(100.0)
    return Facts(
        size=SIZE,
        wishes=[
            wish("rita", "9:00", True, ["a"]),
            wish("otto", "9:00", True, refused="slot_taken"),
            wish("nobody", "9:15", ids=["b", "b"]),
        ],
        booking=Account(),
        looking=Account(),
        mails=mails,
        appointments=[row("a", "9:00"), row("b", "9:15")],
        taken=2,
        messages=[Message("rita", "sent"), Message("nobody", "failed")],
        handled={(QUEUE, "e1"): True, (QUEUE, "e2"): True, (QUEUE, "e3"): False},
        counts=Counter({(reader, number): 1 for reader in ("count", "echo") for number in (0, 1)}),
        parked=[Parked("e3", QUEUE, "permanent", 1_000_001)],
        injected=Counter(permanent=1),
        specials={1_000_001},
    )


def broken(facts: Facts) -> list[str]:
    return [line.law for line in judge(facts) if not line.kept]


def test_a_run_without_losses_keeps_every_law() -> None:
    assert broken(run()) == []


def lose_an_appointment(facts: Facts) -> None:
    del facts.appointments[1]


def book_twice(facts: Facts) -> None:
    facts.wishes[2].ids[1] = "c"
    facts.appointments.append(row("c", "9:30"))


def give_a_slot_twice(facts: Facts) -> None:
    facts.appointments[1].starts = "9:00"


def send_another_mail(facts: Facts) -> None:
    facts.mails.accepted["rita"]["<2>"].append(101.0)


def send_the_same_again(facts: Facts) -> None:
    facts.mails.accepted["rita"]["<1>"].append(170.0)


def forget_a_mail(facts: Facts) -> None:
    facts.mails.accepted.clear()
    facts.messages[0] = Message("rita", "sending")


def lose_an_event(facts: Facts) -> None:
    facts.handled[QUEUE, "e2"] = False


def count_twice(facts: Facts) -> None:
    facts.counts["echo", 1] += 1


def park_an_innocent(facts: Facts) -> None:
    facts.parked.append(Parked("e2", QUEUE, "retries exhausted", 1))


def refuse_without_a_rival(facts: Facts) -> None:
    facts.wishes[1].rival = False


WRONG: list[tuple[Callable[[Facts], None], set[str]]] = [
    (lose_an_appointment, {"appointments in the database", "confirmed, but not in the database"}),
    (
        book_twice,
        {"bookings confirmed (201)", "appointments in the database", "customers booked twice under one key"},
    ),
    (give_a_slot_twice, {"slots given twice"}),
    (send_another_mail, {"customers with exactly one confirmation", "customers with two confirmations"}),
    (send_the_same_again, {"the same mail again for any other reason"}),
    (
        forget_a_mail,
        {"customers with exactly one confirmation", "messages that are `sent`", "messages in any other state"},
    ),
    (lose_an_event, {"events lost"}),
    (count_twice, {"effects doubled"}),
    (park_an_innocent, {"parked without need"}),
    (refuse_without_a_rival, {"customers refused without a rival"}),
]


@pytest.mark.parametrize(("wrong", "laws"), WRONG, ids=lambda value: getattr(value, "__name__", ""))
def test_each_thing_that_goes_wrong_is_named(wrong: Callable[[Facts], None], laws: set[str]) -> None:
    facts = run()
    wrong(facts)
    assert set(broken(facts)) == laws


def test_a_mail_sent_again_after_a_kill_before_the_commit_is_counted_apart() -> None:
    """The one window that is documented."""
    facts = run()
    send_the_same_again(facts)
    facts.sender_deaths = [100.5]
    assert broken(facts) == []
    told = {line.law: line.found for line in judge(facts)}
    assert told["the same mail again: killed between 250 and commit"] == 1


@pytest.mark.parametrize(("stock", "real"), [({0: 1, 1: 1}, False), ({0: 1}, True)])
def test_a_control_that_loses_nothing_proves_nothing(stock: dict[int, int], real: bool) -> None:
    """Then the run has failed, whatever else it found."""
    counts = Counter({("count", 0): 1, ("count", 1): 1})
    counts.update({("stock", number): times for number, times in stock.items()})
    assert shows_loss(compare(counts, range(2))) is real


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(), "no answer"),
        (Answer(503, {"retry-after": "2"}), "503 with Retry-After"),
        (Answer(503), "503 without Retry-After"),
        (Answer(200, {"warning": "110"}), "200, marked as stale"),
        (Answer(201), "201"),
    ],
)
def test_answers_are_told_apart(answer: Answer, kind: str) -> None:
    assert answer.kind == kind
