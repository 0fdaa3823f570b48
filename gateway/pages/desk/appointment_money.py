"""Price and payments on an appointment's page."""

import re
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services, gateway
from gateway.pages.backend import Json
from gateway.pages.desk.appointment import WRITE, Failed, change, look
from gateway.pages.desk.frame import page, signed_in
from gateway.pages.typed import seen_version
from gateway.pages.words import _
from runtime.ids import new_id


@page("/appointments/<uuid:id>/price", "desk_price", methods=("POST",), scope=WRITE)
def price(id: UUID) -> Response:
    """Another price; an empty field clears it."""
    text = request.form.get("amount", "").strip()
    wanted = _money(text, "") if text else None
    if text and wanted is None:
        return _no_amount(str(id), "price")
    return change(
        str(id), "price", lambda: current_services().booking.set_price(str(id), {"price": wanted, **seen_version()})
    )


@page("/appointments/<uuid:id>/payments", "desk_pay", methods=("POST",), scope=WRITE)
def pay(id: UUID) -> Response:
    """Money came in. The form's key keeps a second click from counting twice."""
    command = _payment() | {"idempotency_key": request.form.get("key") or new_id()}
    if command["amount"] is None:
        return _no_amount(str(id), "pay")
    return change(
        str(id), "pay", lambda: current_services().booking.add_payment(str(id), {**command, **seen_version()})
    )


@page("/appointments/<uuid:id>/payments/<uuid:payment>", "desk_payment", methods=("POST",), scope=WRITE)
def correct(id: UUID, payment: UUID) -> Response:
    """Correct a payment, or remove it."""
    booking, form = current_services().booking, f"payment-{payment}"
    if request.form.get("do") == "remove":
        return change(str(id), form, lambda: booking.remove_payment(str(id), str(payment), seen_version()), "unpay")
    changes = _payment()
    if changes["amount"] is None:
        return _no_amount(str(id), form)
    return change(
        str(id), form, lambda: booking.change_payment(str(id), str(payment), {**changes, **seen_version()}), "payment"
    )


def _payment() -> Json:
    form = request.form
    amount = _money(form.get("amount", ""), form.get("currency", ""))
    return {"amount": amount, "method": form.get("method") or None, "note": form.get("note", "").strip() or None}


def _money(text: str, currency: str) -> Json | None:
    """What was typed, as "49", "49,90" or "1.049,90"; None when it is no amount."""
    plain = re.sub(r"[\s\u00a0\u202f€₽$]", "", text)
    if found := re.fullmatch(r"([0-9]{1,9}|[0-9]{1,3}(?:[.,'][0-9]{3})+)(?:[.,]([0-9]{1,2}))?", plain):
        whole = re.sub(r"[.,']", "", found[1])
        return {"amount": f"{whole}.{(found[2] or '').ljust(2, '0')}", "currency": currency or _currency()}
    return None


def _currency() -> str:
    return str(gateway().practices.by_id(signed_in()["practice"]["id"])["currency"])


def _no_amount(id: str, form: str) -> Response:
    why = _("Please enter an amount, such as %(example)s.", example="49,00")
    return look(id, Failed(form, why, request.form.to_dict()), 422)
