"""What notify measures of its own. docs/observability.md lists it."""

from collections.abc import Iterable

from runtime import metrics

MESSAGES = metrics.counter("messages", "Messages that have come into a state", "channel", "state")


def count(channel: str, states: Iterable[str]) -> None:
    """That many messages have come into these states. An end whose transaction fails is counted again at its next try."""
    for state in states:
        MESSAGES(channel, state).inc()
