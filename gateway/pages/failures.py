"""Pages for when something is not there or does not work: a friendly sentence, a way on, the trace for a question."""

from typing import Any

from flask import Response, g, make_response, render_template, request

from gateway.pages import links
from gateway.pages.words import _, choose_language
from gateway.problems import RETRY_AFTER


def words(status: int) -> tuple[str, str]:
    """Heading and sentence for this HTTP status."""
    known = {
        400: (_("This request could not be read"), _("Please go back and try again.")),
        403: (_("You may not do this"), _("Your account does not have the permission for this page.")),
        404: (
            _("This page does not exist"),
            _("The address may be mistyped, or the link is no longer valid. Please check the link in your e-mail."),
        ),
        405: (_("This address cannot be opened like this"), _("Please go back and try again.")),
        413: (_("That was too much text"), _("Please go back and shorten your entries.")),
        429: (
            _("Too many requests in a short time"),
            _("Please wait a moment and try again. Nothing has been lost."),
        ),
        503: (
            _("Just a moment, please"),
            _("A part of the appointment service does not answer right now. Please try again in a minute."),
        ),
    }
    other = (_("Something went wrong"), _("We have been told about it. Please try again in a minute."))
    return known.get(status, other)


def error_page(problem: dict[str, Any]) -> Response:
    """The page for a problem (RFC 9457 members: status, code, trace …)."""
    choose_language()  # an unknown address, or a limit, ends before the pages' own hooks run
    status = int(problem.get("status", 500))
    heading, sentence = words(status)
    page = render_template(
        "error.html", status=status, heading=heading, sentence=sentence, trace=problem.get("trace"), **_way_on(status)
    )
    return make_response(page, status)


def later(page: str) -> Response:
    """This page, for now: something that it needs is away."""
    return make_response(page, 503, {"Retry-After": str(RETRY_AFTER)})


def _way_on(status: int) -> dict[str, Any]:
    """What to do instead, such as for a service that is gone; or how the same request is made once more: by a link, or
    by a form that holds all that was sent. Every POST of our pages may be repeated: bookings and holds carry a key, the
    others find that they are done."""
    if status == 404 and "practice" in g and request.path.startswith("/p/"):
        return {"instead": links.to("book", slug=g.practice["slug"])}
    if status < 429:
        return {}
    address = request.full_path.rstrip("?")
    if request.method in ("GET", "HEAD"):
        return {"retry": address}
    if status in (429, 503) and "password" not in request.form:
        return {"again": address, "sent": list(request.form.items(multi=True))}
    return {}
