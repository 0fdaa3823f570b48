"""What invitations takes from events: how far the message of an attempt has come."""

from typing import Any
from uuid import UUID

from runtime.errors import Permanent
from runtime.messages import Event

READS: dict[str, tuple[str, ...]] = {
    "notify": (
        *("email.sent", "email.delivered", "email.failed"),
        *("sms.sent", "sms.delivered", "sms.failed"),
    )
}


def of_invitation(event: Event) -> bool:
    """Whether the message is one of ours: most are about appointments."""
    return event.data.get("invitation") is not None


def news(event: Event) -> dict[str, Any] | None:
    """The invitation's attempt that a message stands for and its state; None for a message of something else.

    Raises Permanent when it says too little.
    """
    data = event.data
    if not of_invitation(event):
        return None
    channel, _, state = event.type.partition(".")
    try:
        return {
            "invitation": str(UUID(data["invitation"])),
            "channel": channel,
            "attempt": int(data["invitation_attempt"]),
            "state": state,
            "turn": int(data["attempt"]),
            "reason": data.get("reason"),
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Permanent(f"no message of an invitation: {type(error).__name__}") from error
