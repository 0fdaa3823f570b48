"""What notify measures of its own. docs/observability.md lists it."""

from collections.abc import Iterable

from runtime import metrics

MESSAGES = metrics.counter("messages", "Messages that have come into a state", "channel", "state")
REPORTS = metrics.counter("reports", "What was told of messages later, and what became of it", "source", "outcome")


def count_each(messages: Iterable[tuple[str, str]]) -> None:
    """These messages, each by channel and state, have come into their states. What is rolled back and done again is
    counted twice."""
    for channel, state in messages:
        MESSAGES(channel, state).inc()
