"""What became of the messages, and the mails that would have gone out."""

from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from notify import words
from notify.domain.decide import Channel
from notify.domain.delivery import ENDED, State
from notify.domain.errors import NotFound
from notify.models import Attempt, CapturedMail, Message
from notify.store import log as kept
from runtime.clock import iso
from runtime.db import Session
from runtime.fields import cursor_at


def messages(
    session: Session,
    practice_id: str,
    filters: dict[str, list[str]],
    limit: int,
    cursor: tuple[datetime, str] | None,
    reader: str,
) -> dict[str, Any]:
    """The practice's messages, newest first, each with its history; reasons in the reader's language."""
    rows = kept.messages(session, practice_id, filters, cursor, limit + 1)
    page = rows[:limit]
    history = kept.attempts(session, [row.id for row in page])
    items = [_view(row, history[row.id], reader) for row in page]
    return {"items": items, "next": cursor_at(page[-1].queued_at, page[-1].id) if len(rows) > limit else None}


def one(session: Session, practice_id: str, id: str, reader: str) -> dict[str, Any]:
    """One of the practice's messages. Raises NotFound."""
    rows = kept.messages(session, practice_id, {"id": [id]}, None, 1)
    if not rows:
        raise NotFound(id=id)
    return _view(rows[0], kept.attempts(session, [id])[id], reader)


def _view(row: Message, attempts: list[Attempt], reader: str) -> dict[str, Any]:
    now = _turn(row.state, row.changed_at, row.reason, row.detail, reader)
    turns = [
        {
            **_turn(a.state, a.at, a.reason, a.detail, reader),
            "attempt": a.number,
            "address": a.recipient or row.recipient,
        }
        for a in attempts
    ]
    first = {"attempt": 0, "address": turns[0]["address"] if turns else row.recipient}
    history = [{**_turn(State.QUEUED, row.queued_at, "", "", reader), **first}, *turns]
    if row.state in ENDED:
        history.append({**now, "attempt": row.attempt, "address": row.recipient})
    return {
        "id": row.id,
        "appointment": row.appointment_id,
        "invitation": row.invitation_id,
        "invitation_attempt": row.version if row.invitation_id else None,
        "purpose": row.purpose,
        "channel": row.channel,
        "recipient": row.recipient,
        "role": row.role,
        **now,
        "history": history,
    }


def _turn(state: str, at: datetime, reason: str, detail: str, reader: str) -> dict[str, Any]:
    sentence = words.reason(reason, reader) if reason else None
    return {"state": str(state), "at": iso(at), "reason": sentence, "detail": detail or None}


def mailbox(session: Session, limit: int) -> dict[str, Any]:
    """The newest captured mails and SMS."""
    return {"items": [_heading(row) for row in kept.mailbox(session, limit)]}


def mailbox_message(session: Session, id: str) -> dict[str, Any]:
    """One captured mail, decoded, or SMS. Raises NotFound."""
    row = kept.captured(session, id)
    if row is None:
        raise NotFound(id=id)
    if row.channel == Channel.SMS:
        text = row.raw.decode()
        return {**_heading(row), "headers": [], "text": text, "html": "", "attachments": [], "raw": text}
    mail = message_from_bytes(row.raw, policy=policy.default)
    parts = [p for p in mail.walk() if not p.is_multipart()]
    bodies = {p.get_content_type(): p.get_content() for p in parts if not p.is_attachment()}
    return {
        **_heading(row),
        "headers": [[name, str(value)] for name, value in mail.items()],
        "text": bodies.get("text/plain", ""),
        "html": bodies.get("text/html", ""),
        "attachments": [_attachment(p) for p in mail.iter_attachments()],
        "raw": row.raw.decode("utf-8", "replace"),
    }


def _heading(row: CapturedMail) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in ("id", "message_id", "sender", "recipient", "subject", "channel")}
    return {**kept, "at": iso(row.at)}


def _attachment(part: EmailMessage) -> dict[str, Any]:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return {
        "filename": part.get_filename(),
        "content_type": part.get_content_type(),
        "size": len(content),
        "content": content.decode("utf-8", "replace"),
    }
