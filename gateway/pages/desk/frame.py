"""What every page of the desk shares: who is signed in, language and zone, navigation, what was done before a redirect.

A page is a function under `@page(…)`; it answers `show(template, …)` or, after a change, `back(endpoint, did=…)`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import current_app, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway import phones, problems, session
from gateway.context import current_services, hurrying, locale, use_locale
from gateway.pages import backend, links
from gateway.pages.backend import Json
from gateway.pages.blueprint import pages
from gateway.pages.words import _
from gateway.security import SAFE
from runtime.errors import Refused, Unavailable
from runtime.i18n import LOCALES

View = Callable[..., Any]


@dataclass(frozen=True)
class Item:
    """A line of the navigation: `endpoint` of its page, its words, its sign, and the first part of endpoints below."""

    endpoint: str
    words: str
    icon: str
    counted: bool = False

    @property
    def below(self) -> str:
        return self.endpoint.rstrip("s")


def items() -> list[Item]:
    """The navigation, in its order; an area without a page yet is left out."""
    known = [
        Item("desk_today", _("Today"), "today"),
        Item("desk_calendar", _("Calendar"), "calendar"),
        Item("desk_inbox", _("New bookings"), "inbox", counted=True),
        Item("desk_appointments", _("Appointments"), "list"),
        Item("desk_calls", _("Calls"), "phone"),
        Item("desk_customers", _("Customers"), "people"),
        Item("desk_invitations", _("Invitations"), "video"),
        Item("desk_analytics", _("Analytics"), "chart"),
        Item("desk_settings", _("Settings"), "gear"),
    ]
    return [item for item in known if exists(item.endpoint)]


def exists(endpoint: str) -> bool:
    """Whether the app has this page."""
    return f"pages.{endpoint}" in current_app.view_functions


def page(rule: str, endpoint: str, *, methods: tuple[str, ...] = ("GET",), scope: str = "") -> Callable[[View], View]:
    """Hang a page of the desk into the app, at `/desk` + rule.

    Only for who is signed in: others are led to the sign-in and, for a GET, back here afterwards. Whatever changes
    something must carry the session's CSRF token (field `csrf_token`). `scope` (such as "booking:write"): whoever lacks
    it gets 403; the services check it again. The page speaks the user's language unless the address asks for another.
    """

    def hang(view: View) -> View:
        @wraps(view)
        def guarded(**values: Any) -> Any:
            signed_in = session.current()
            if signed_in is None:
                return redirect(links.to("login", next=request.full_path.rstrip("?") if _is_read() else ""), 303)
            if not _is_read():
                session.check_csrf()
            if scope and not may(scope):
                raise Refused("forbidden", {"scope": scope})
            if request.args.get("lang") not in LOCALES:
                use_locale(signed_in["user"]["locale"])
            return view(**values)

        pages.add_url_rule(f"/desk{rule}", endpoint, guarded, methods=list(methods))
        return guarded

    return hang


def _is_read() -> bool:
    return request.method in SAFE


def signed_in() -> Json:
    """User, practice and session of who is signed in; inside a page only."""
    found = session.current()
    assert found is not None
    return found


def may(scope: str) -> bool:
    """Whether the signed-in user's role holds this scope, such as "booking:write"."""
    caller = session.caller()
    return caller is not None and scope in caller.scopes


def zone() -> str:
    """The user's own time zone, an IANA name."""
    user, practice = signed_in()["user"], signed_in()["practice"]
    return str(user.get("time_zone") or practice["time_zone"])


def phone(number: str) -> str:
    """A phone number as people in the practice's country read it."""
    found = session.current()
    return phones.readable(number, backend.country(found["practice"]["id"]) if found else None)


def show(template: str, status: int = 200, **values: Any) -> Response:
    """The page, with all that the frame needs. A status from 400 on marks a form that came back with its errors."""
    found = signed_in()
    page = render_template(
        template,
        signed_in=found,
        csrf=session.csrf_token(),
        navigation=items(),
        inbox_count=_inbox_count(),
        may=may,
        zone=zone(),
        has_page=exists,
        accent=backend.accent(found["practice"]["id"]),
        **values,
    )
    return make_response(page, status, {"Cache-Control": "no-store"})


def _inbox_count() -> int | None:
    """How many online bookings nobody has handled; None while booking does not say."""
    if "inbox_count" not in g:
        try:
            with hurrying():
                g.inbox_count = int(current_services().booking.inbox_count()["count"])
        except (Refused, Unavailable):
            g.inbox_count = None
    count: int | None = g.inbox_count
    return count


def back(endpoint: str, *, did: str = "", **values: Any) -> Response:
    """After a change: to this page, which says what was done (see `done`)."""
    return redirect(links.to(endpoint, did=did, **values), 303)


def done(sentences: Mapping[str, str]) -> str | None:
    """What the redirect's `did` stands for on this page, or None."""
    return sentences.get(request.args.get("did", ""))


def sentence(refused: Refused) -> str:
    """Why a service refused, in the reader's language: for a notice beside what was typed."""
    return str(problems.describe(refused, locale()).document["detail"])
