"""What notify measures of its own. docs/observability.md lists it."""

from collections.abc import Iterable

from runtime import metrics

MESSAGES = metrics.counter("messages", "Messages that have come into a state", "channel", "state")


def count(channel: str, states: Iterable[str]) -> None:
    """So many messages have come into these states. What is rolled back and done again is counted twice."""
    for state in states:
        MESSAGES(channel, state).inc()
