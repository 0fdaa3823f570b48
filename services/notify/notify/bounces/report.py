"""What a mail that came to a return path says: RFC 3464 reports, and the many others that mail servers write.

Which turn it is about stands in the address it came to, never in the mail: there a forger could name anybody's.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, message_from_string, policy
from email.message import Message

from flufl.bounce import all_failures

from notify.domain.delivery import Outcome, delivered, failure

NO_ANSWER = ("4.4.", "5.4.")  # RFC 3463: network and routing
GIVEN_UP = "4."
PATIENT = re.compile(
    r"warning message only|not need to resend|still undelivered|will keep trying|yet been delivered", re.I
)


def understand(raw: bytes) -> Outcome | None:
    """What became of the mail. None: still under way (a delay), relayed to where no reports come from, an answer of a
    person or of their out-of-office, or nothing that one could understand."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    blocks = list(_blocks(mail))
    if blocks:
        return next((outcome for block in blocks if (outcome := _outcome(block))), None)
    words = _words(mail)
    if _automatic_answer(mail) or PATIENT.search(words):
        return None
    return failure("bounced", words[:300]) if _says_so(mail) else None


def _blocks(mail: Message) -> Iterator[Message]:
    """The recipients' fields of an RFC 3464 report (RFC 6533 for addresses with umlauts)."""
    for part in mail.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            body = part.get_payload()
            found = [block for block in body if isinstance(block, Message)] if isinstance(body, list) else []
            if len(found) == 1:  # the library knows the older type only: the other blocks are the first one's body
                found += [message_from_string(words) for words in str(found[0].get_payload()).split("\n\n")]
            yield from (block for block in found if block.get("Action"))


def _says_so(mail: Message) -> bool:
    """Whether one of the many other forms says that the mail did not arrive. Their readers stumble over odd mails."""
    try:
        temporary, permanent = all_failures(mail)
    except Exception:
        return False
    return bool(permanent) and not temporary


def _outcome(block: Message) -> Outcome | None:
    action = _word(block.get("Action", ""))
    status = _word(block.get("Status", ""))
    detail = " ".join(f"{status} {_diagnostic(block)}".split())
    if action == "delivered":
        return delivered(detail)
    if action == "failed":
        return failure(_reason(status, detail), detail)
    return None  # delayed, relayed, expanded


def _reason(status: str, detail: str) -> str:
    if status.startswith(NO_ANSWER):
        return "server_unreachable"
    if status in ("5.2.2", "4.2.2") or re.search(r"\b552\b", detail):
        return "mailbox_full"
    if status.startswith(("5.1.", "5.0.")) and re.search(r"\b55[013]\b|\b5\.1\.", detail):
        return "address_unknown"
    if status.startswith(GIVEN_UP):
        return "given_up"
    if status.startswith("5.7."):
        return "rejected"
    return "bounced"


def _word(value: str) -> str:
    """A field's value without comments: "failed (user unknown)"."""
    return re.sub(r"\(.*?\)", "", str(value)).strip().lower().split(" ")[0]


def _diagnostic(block: Message) -> str:
    said = str(block.get("Diagnostic-Code", ""))
    return said.partition(";")[2] or said


def _automatic_answer(mail: Message) -> bool:
    """An out-of-office note says nothing about delivery (RFC 3834)."""
    automatic = str(mail.get("Auto-Submitted", "no")).lower()
    return automatic.startswith("auto-replied") and mail.get_content_type() != "multipart/report"


def _words(mail: Message) -> str:
    """What it says to people, in one line."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            body = part.get_payload(decode=True)
            return " ".join(body.decode("utf-8", "replace").split()) if isinstance(body, bytes) else ""
    return ""
