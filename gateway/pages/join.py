"""A guest's link to a video call: who, when, with whom, and what the link is good for. Looking changes nothing."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from gateway.context import current_services, use_locale
from gateway.pages import backend
from gateway.pages.blueprint import pages
from gateway.security import allow_devices
from runtime.i18n import LOCALES

STATUS = {"void": 410, "expired": 410}


@pages.get("/join/<token>")
def join(token: str) -> Response:
    """The page behind the link, in the guest's language unless the address asks for another."""
    meeting = current_services().invitations.join(token)
    practice = backend.practice_by_id(meeting["practice_id"])
    if request.args.get("lang") not in LOCALES:
        use_locale(meeting["locale"])
    if meeting["state"] not in STATUS:
        allow_devices()
    page = render_template("join.html", meeting=meeting, token=token, practice=practice, zone=meeting["time_zone"])
    return make_response(page, STATUS.get(meeting["state"], 200), {"Cache-Control": "no-store"})
