"""Why messages to guests did not arrive, in the reader's language.

invitations keeps the sentence that notify told it, in the practice's language; notify says it in any.
"""

from collections.abc import Mapping

from gateway.clients import Json
from gateway.context import current_services, hurrying
from runtime.errors import Refused, Unavailable

MOST = 200  # invitations and messages in one question
Sentences = Mapping[tuple[str, str, int], str]  # by invitation, channel, attempt


def translated(invitations: list[Json]) -> list[Json]:
    """These invitations with such reasons, in one question, and none where nothing failed. While notify does not
    answer they stay in the practice's language."""
    lost = [each["id"] for each in invitations if any(attempt["reason"] for attempt in each["delivery"])]
    known = _sentences(lost[:MOST]) if lost else {}
    return [_with(each, known) for each in invitations]


def _sentences(invitations: list[str]) -> Sentences:
    try:
        with hurrying():
            found = current_services().notify.messages({"invitations": invitations, "limit": MOST})["items"]
    except (Refused, Unavailable):
        return {}
    failed = [each for each in found if each["reason"]]
    return {(each["invitation"], each["channel"], each.get("invitation_attempt")): each["reason"] for each in failed}


def _with(invitation: Json, known: Sentences) -> Json:
    attempts = [
        attempt | {"reason": known.get((invitation["id"], attempt["channel"], attempt["attempt"]), attempt["reason"])}
        for attempt in invitation["delivery"]
    ]
    return {**invitation, "delivery": attempts}
