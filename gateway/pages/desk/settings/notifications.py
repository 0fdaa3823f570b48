"""Who of the team hears of online bookings, and where: an address and a number for each calendar (D5), and copies."""

from typing import Any

from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, exists, may, page, show
from gateway.pages.desk.settings.calendars import listed
from gateway.pages.desk.settings.forms import Entries, by_id, read, seen
from gateway.pages.words import _
from runtime.errors import Refused

LIST, PAGE = "desk_settings_notifications", "desk_settings_notification"
EDIT = "notify:write"
FIELDS = ("email", "phone", "copy_to")


@page("/settings/notifications", LIST)
def notifications() -> Response:
    """Every calendar with its addresses, and the practice's own copies."""
    own = {one["calendar"]: one for one in current_services().notify.all_notification_settings()["items"]}
    rows = [(calendar, own.get(calendar["id"], {})) for calendar in listed()]
    return show(
        "desk/settings/notifications.html",
        rows=rows,
        copy_to=current_services().practice.get().get("copy_to"),
        hints=any(settings.get("hint") for _calendar, settings in rows),
        editable=may(EDIT),
        did=done({"saved": _("The addresses have been saved.")}),
    )


@page("/settings/notifications/<uuid:id>", PAGE)
def notification(id: Any) -> Response:
    """One calendar's addresses."""
    calendar, found = by_id(listed(), id), current_services().notify.notification_settings(str(id))
    return _page(calendar, _stored(found), found)


def _stored(found: Json) -> Entries:
    return Entries({name: str(found[name] or "") for name in (*FIELDS, "version")})


@page("/settings/notifications/<uuid:id>", "desk_settings_notification_save", methods=("POST",), scope=EDIT)
def save_notification(id: Any) -> Response:
    """Store them; an empty field switches its channel off."""
    entries = read(FIELDS)
    try:
        wanted = {name: entries[name] or None for name in FIELDS}
        saved = current_services().notify.update_notification_settings(str(id), wanted | seen(entries))
        if saved.get("hint"):
            return back(PAGE, did="saved", id=id)  # where the hint is read
        return back(LIST, did="saved")
    except Refused as refused:
        entries.refused(refused)
    found = current_services().notify.notification_settings(str(id)) if entries.outdated else {}
    return _page(by_id(listed(), id), entries, found)


def _page(calendar: Json, entries: Entries, found: Json) -> Response:
    entries.labels = {"email": _("E-mail address"), "phone": _("Mobile number"), "copy_to": _("Copies to")}
    if entries.outdated:
        entries.compare(_stored(found))
    return show(
        "desk/settings/notification.html",
        entries.status,
        calendar=calendar,
        entries=entries,
        spam=found.get("hint") == "spam_folder",
        sms=current_services().notify.channels()["sms"],
        plans=exists("desk_settings_plan"),
        editable=may(EDIT),
        did=done({"saved": _("The addresses have been saved.")}),
    )
