"""Two records of one person become one: choose the other, see what would be, confirm."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.backend import Json
from gateway.pages.desk.customers import WRITE, version_seen
from gateway.pages.desk.frame import back, page, sentence, show
from runtime.errors import Refused

FOUND = 10


@page("/customers/<uuid:id>/merge", "desk_customer_merge", methods=("GET", "POST"), scope=WRITE)
def merge_customer(id: UUID) -> Response:
    """With `duplicate` the preview of the merge, else a search for the other record. A POST merges."""
    booking, conflict = current_services().booking, ""
    duplicate = request.values.get("duplicate", "")
    if request.method == "POST":
        try:
            booking.merge_customers(str(id), {"duplicate": duplicate, "if_version": version_seen()})
            return back("desk_customer", id=str(id), did="merged")
        except Refused as refused:
            if refused.code not in ("precondition_failed", "customer_merged"):
                raise
            conflict = sentence(refused)
            duplicate = "" if refused.code == "customer_merged" else duplicate
    known = booking.customer(str(id))
    if known["merged_into"]:
        return back("desk_customer", id=known["merged_into"], did="led")
    return show(
        "desk/customer_merge.html",
        412 if conflict else 200,
        customer=known,
        conflict=conflict,
        **_other(known, duplicate),
    )


def _other(known: Json, duplicate: str) -> Json:
    booking, words = current_services().booking, request.args.get("q", "").strip()[:100]
    if duplicate:
        return {"preview": booking.merge_customers(known["id"], {"duplicate": duplicate, "preview": True})}
    found = booking.customers({"q": words, "limit": FOUND + 1})["items"] if words else []
    return {"words": words, "found": [each for each in found if each["id"] != known["id"]][:FOUND]}
