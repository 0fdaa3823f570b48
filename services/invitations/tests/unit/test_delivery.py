"""Tick and exclamation mark (decision 15), and news of messages in whatever order they come."""

from itertools import permutations

import pytest

from invitations.domain import rules
from invitations.domain.errors import PlanRequired
from invitations.domain.invitation import Delivery, Practice, Purpose
from services.invitations.tests.builders import NOW, attempt, some

EMAIL, BOTH = ["email"], ["email", "sms"]


@pytest.mark.parametrize(
    ("channels", "attempts", "mark"),
    [
        (EMAIL, [attempt()], "pending"),
        (EMAIL, [attempt(1, "sent")], "delivered"),
        (EMAIL, [attempt(1, "delivered")], "delivered"),
        (EMAIL, [attempt(1, "failed")], "failed"),
        (EMAIL, [attempt(1, "failed"), attempt(2)], "pending"),
        (EMAIL, [attempt(1, "failed"), attempt(2, "sent")], "delivered"),
        (EMAIL, [attempt(1, "sent"), attempt(2, "failed")], "failed"),
        (BOTH, [attempt(1, "sent"), attempt(1, "queued", "sms")], "pending"),
        (BOTH, [attempt(1, "sent"), attempt(1, "failed", "sms")], "failed"),
        (BOTH, [attempt(1, "queued"), attempt(1, "failed", "sms")], "failed"),
        (BOTH, [attempt(1, "sent"), attempt(1, "delivered", "sms")], "delivered"),
        (EMAIL, [attempt(1, "sent"), attempt(1, "failed", "sms")], "delivered"),
        (BOTH, [attempt(1, "sent")], "pending"),
    ],
)
def test_the_mark_looks_at_the_current_attempt_of_each_chosen_channel(
    channels: list[str], attempts: list[Delivery], mark: str
) -> None:
    assert rules.mark(channels, attempts) == mark
    assert rules.mark(channels, attempts[::-1]) == mark


def after(news: tuple[tuple[str, int], ...]) -> Delivery:
    """The attempt after these news (state, turn), one after the other."""
    known = attempt()
    for state, turn in news:
        known = rules.learned(known, state, turn, "why" if state == "failed" else None, NOW) or known
    return known


@pytest.mark.parametrize(
    ("news", "state"),
    [
        ([("sent", 1), ("delivered", 1)], "delivered"),
        ([("sent", 1), ("failed", 1)], "failed"),
        ([("sent", 1), ("delivered", 1), ("failed", 1)], "failed"),
        ([("failed", 1), ("sent", 2)], "sent"),
        ([("failed", 1), ("sent", 2), ("delivered", 2)], "delivered"),
        ([("sent", 1), ("failed", 1), ("sent", 2), ("failed", 2)], "failed"),
    ],
)
def test_the_order_and_number_of_news_do_not_matter(news: list[tuple[str, int]], state: str) -> None:
    """Every order of every event, each of them twice, gives the same end."""
    for order in permutations(news):
        for doubled in (order, order + order, order + order[::-1]):
            assert after(doubled).state == state
            assert (after(doubled).reason is None) == (state != "failed")


def test_a_bounce_of_the_first_attempt_does_not_undo_the_second_ones_success() -> None:
    """It comes hours late; the history shows it, the tick stays."""
    late = rules.learned(attempt(1, "sent"), "failed", 1, "no such address", NOW)
    assert late is not None
    assert rules.mark(EMAIL, [late, attempt(2, "sent")]) == "delivered"


def test_sending_again_uses_the_channels_that_did_not_arrive() -> None:
    both = some(channels=BOTH)
    mixed = [attempt(1, "sent"), attempt(1, "failed", "sms")]
    assert rules.to_repeat(both, mixed) == ["sms"]
    assert rules.to_repeat(both, [attempt(1, "sent"), attempt(1, "sent", "sms")]) == BOTH
    corrected = some(channels=BOTH, email="other@example.org")
    assert rules.to_repeat(corrected, [attempt(1, "sent"), attempt(1, "sent", "sms")]) == EMAIL


def test_attempts_are_counted_per_channel() -> None:
    known = [attempt(1, "failed"), attempt(2, "sent"), attempt(1, "sent", "sms")]
    new = rules.attempts(some(channels=BOTH), known, BOTH, Purpose.MOVED, NOW)
    assert [(each.channel, each.attempt, each.state) for each in new] == [("email", 3, "queued"), ("sms", 2, "queued")]


def test_an_attempt_that_never_began_is_over_when_the_next_one_is_made() -> None:
    """The newer message takes its place; a channel that gets none keeps waiting, until the meeting is deleted."""
    known = [attempt(1), attempt(1, "queued", "sms")]
    assert [each.channel for each in rules.overtaken(some(), known, [attempt(2)], NOW)] == ["email"]
    over = rules.overtaken(some(status="deleted"), known, [attempt(2)], NOW)
    assert [(each.channel, each.state) for each in over] == [("email", "expired"), ("sms", "expired")]


def test_a_guest_who_was_never_reached_hears_of_no_deletion() -> None:
    both = some(channels=BOTH)
    known = [attempt(1, "failed"), attempt(1, "sent", "sms")]
    assert rules.to_call_off(both, known, NOW) == ["sms"]
    assert rules.to_call_off(both, known, both.ends) == []


@pytest.mark.parametrize(("plan", "allowed"), [("basic", False), ("standard", True), ("premium", True), ("", False)])
def test_sms_takes_a_plan(plan: str, allowed: bool) -> None:
    """E-mail takes none (V2)."""
    practice = Practice(id="", plan=plan, country="DE", locale="de")
    rules.check_plan(practice, EMAIL)
    if allowed:
        rules.check_plan(practice, BOTH)
        return
    with pytest.raises(PlanRequired) as refused:
        rules.check_plan(practice, BOTH)
    assert refused.value.facts == {"plan": "standard"}
