"""Pages of the embedded mode only: captured mails, the components, the widget on a homepage."""

from typing import Any

from flask import Response, abort, render_template, request

from gateway.context import current_services, gateway
from gateway.pages.blueprint import pages
from gateway.security import POLICY, use_policy

LISTED = 100
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data: cid:; frame-ancestors 'self'; sandbox"
# The outer page may measure the mail, and links open in a tab of their own; nothing in it can run.
MAIL_POLICY += " allow-same-origin allow-popups allow-popups-to-escape-sandbox"
FRAMING_POLICY = POLICY.replace("frame-ancestors", "frame-src 'self'; frame-ancestors") + "'none'"


@pages.before_request
def only_in_development() -> None:
    """Elsewhere these addresses do not exist."""
    if request.path.startswith("/dev/") and not gateway().settings.dev_pages:
        abort(404)


@pages.get("/dev/mailbox")
def mailbox() -> str:
    """Every mail that would have gone out, newest first."""
    return render_template("mailbox.html", mails=_items(current_services().notify.mailbox({"limit": LISTED})))


@pages.get("/dev/mailbox/<id>")
def mail(id: str) -> str:
    """One mail: what it looks like, its plain text, attachments, headers."""
    use_policy(FRAMING_POLICY)
    return render_template("mail.html", mail=current_services().notify.mailbox_message(id))


@pages.get("/dev/mailbox/<id>/html")
def mail_html(id: str) -> Response:
    """The HTML part alone, for the sandboxed frame: no scripts, nothing remote."""
    use_policy(MAIL_POLICY)
    return Response(current_services().notify.mailbox_message(id).get("html") or "", mimetype="text/html")


@pages.get("/dev/mailbox/<id>/attachments/<int:number>")
def mail_attachment(id: str, number: int) -> Response:
    """One attachment, as a download."""
    attachments = current_services().notify.mailbox_message(id).get("attachments") or []
    if number >= len(attachments):
        abort(404)
    found: dict[str, Any] = attachments[number]
    response = Response(_content(found), mimetype="text/calendar; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=found.get("filename") or "attachment")
    return response


@pages.get("/dev/components")
def components() -> str:
    """Each component once, in its states."""
    return render_template("components.html")


@pages.get("/dev/embed")
def embed_demo() -> str:
    """A practice's homepage with the widget in it."""
    use_policy(FRAMING_POLICY)
    return render_template("embed_demo.html")


def _items(answer: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = answer["items"] if isinstance(answer, dict) else answer
    return items


def _content(attachment: dict[str, Any]) -> str:
    return str(attachment.get("content") or "")
