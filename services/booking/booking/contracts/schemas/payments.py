"""Answers about an appointment's price and payments."""

from marshmallow import Schema

from booking.contracts.schemas.parts import Account, Money
from booking.domain.payments import METHODS
from runtime.contract import ident, instant, part, several, string, whole


class PaymentLine(Schema):
    """A payment."""

    id = ident("The payment.")
    amount = part(Money, "What came in.")
    method = string("How it was paid; null: unknown.", null=True, among=METHODS)
    note = string("What staff noted; null: nothing.", null=True)
    paid_at = instant("When it was recorded.")
    user_id = ident("Who recorded it; null: unknown.", null=True)


class Payments(Account):
    """An appointment's price and payments."""

    appointment = ident("What it is for.")
    version = whole("The appointment's version.")
    items = several(PaymentLine, "The payments, oldest first.")


class NewPayment(Payments):
    """The same after a payment came in."""

    payment = ident("The new one.")
