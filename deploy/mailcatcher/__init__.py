"""A mail server that takes every mail, delivers none, and shows them: `python -m deploy.mailcatcher`.

For trying out and for tests. Mails are kept in memory, the newest `KEPT` of them.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request

KEPT = 1000
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'"
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


@dataclass(frozen=True)
class Mail:
    """One mail as it came, for one recipient."""

    id: int
    recipient: str
    content: bytes
    at: datetime
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    def body(self, kind: str) -> str:
        """Its text ("plain") or HTML ("html"); empty if it has none."""
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""

    @property
    def attachments(self) -> list[EmailMessage]:
        return list(self.message.iter_attachments())  # type: ignore[arg-type]

    def told(self) -> dict[str, Any]:
        """For lists; instants are UTC."""
        return {"id": self.id, "to": self.recipient, "subject": self.subject, "at": self.at.isoformat()}


@dataclass
class Box:
    """The mails, oldest first; also aiosmtpd's handler."""

    mails: deque[Mail] = field(default_factory=lambda: deque(maxlen=KEPT))
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        message = message_from_bytes(envelope.content, policy=policy.default)
        for recipient in envelope.rcpt_tos:
            self.mails.append(Mail(next(self.numbers), recipient, envelope.content, datetime.now(UTC), message))
        return "250 OK"

    def to(self, recipient: str | None) -> list[Mail]:
        """All mails, or those to one address."""
        return [mail for mail in list(self.mails) if recipient in (None, mail.recipient)]

    def one(self, id: int) -> Mail:
        """Raises 404."""
        return next((mail for mail in list(self.mails) if mail.id == id), None) or abort(404)


def create_app(box: Box) -> Flask:
    """The pages for people, and `/api/mails?to=` and `/mails/<id>.eml` for tests."""
    app = Flask(__name__)

    @app.get("/")
    def listed() -> str:
        return render_template("list.html", mails=list(reversed(box.to(request.args.get("to")))))

    @app.get("/mails/<int:id>")
    def mail(id: int) -> str:
        return render_template("mail.html", mail=box.one(id))

    @app.get("/mails/<int:id>/html")
    def html(id: int) -> Response:
        return Response(box.one(id).body("html"), headers={"Content-Security-Policy": MAIL_POLICY})

    @app.get("/mails/<int:id>/attachments/<int:number>")
    def attachment(id: int, number: int) -> Response:
        found = dict(enumerate(box.one(id).attachments)).get(number) or abort(404)
        answer = Response(found.get_payload(decode=True), mimetype="application/octet-stream")
        answer.headers.set("Content-Disposition", "attachment", filename=found.get_filename() or "attachment")
        return answer

    @app.get("/mails/<int:id>.eml")
    def source(id: int) -> Response:
        return Response(box.one(id).content, mimetype="message/rfc822")

    @app.get("/api/mails")
    def api() -> Response:
        return jsonify(items=[mail.told() for mail in box.to(request.args.get("to"))])

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    @app.after_request
    def guarded(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", PAGE_POLICY)
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    return app
