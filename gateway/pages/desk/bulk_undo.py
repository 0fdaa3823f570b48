"""Take a decision about several appointments back; say honestly what could not be."""

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.backend import Json
from gateway.pages.desk.appointments import LISTS, filters, to_list
from gateway.pages.desk.batch import unpacked
from gateway.pages.desk.frame import page, show
from gateway.pages.words import _


@page("/appointments/bulk/undo", "desk_bulk_undo", methods=("POST",), scope="booking:write")
def bulk_undo() -> Response:
    """Each as it was before, unless somebody has changed it since or its time is taken. Without a remainder back to the
    list, else a page with those that stay as they are."""
    versions = unpacked(request.form.get("batch", ""))
    if not versions:
        return to_list("nothing")
    options = {"if_versions": versions, "notify": request.form.get("quiet") != "1"}
    done = current_services().booking.undo_all(list(versions), options)
    if not done["refused"]:
        return to_list("bulk_undone")
    rest = [{**each["appointment"], "why": _why(each)} for each in done["refused"]]
    home = LISTS.get(request.form.get("from", ""), "desk_appointments")
    return show("desk/bulk_undo.html", 409, rest=rest, restored=len(done["items"]), home=home, kept=filters())


def _why(each: Json) -> str:
    sentences = {
        "slot_taken": _("The time is taken by now."),
        "too_late": _("The ten minutes are over."),
        "precondition_failed": _("Somebody has changed it since."),
    }
    return sentences.get(each["code"]) or _("There is nothing to take back.")
