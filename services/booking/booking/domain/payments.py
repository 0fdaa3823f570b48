"""What was paid for an appointment: never more than its price, in the price's currency."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.domain.appointment import Appointment
from booking.domain.errors import Invalid, Overpaid
from booking.domain.money import Money, hundredths, money

METHODS = ("cash", "card", "transfer", "other")
OTHER_CURRENCY = "Must be the currency of the price."


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Money that came in. `amount` is in hundredths; `method` may be unknown."""

    id: str
    practice_id: str
    appointment_id: str
    amount: int
    currency: str
    method: str | None
    note: str | None
    paid_at: datetime
    user_id: str | None

    @property
    def money(self) -> Money:
        return money(self.amount, self.currency)

    @property
    def told(self) -> dict[str, Any]:
        """What the history and the event say of it."""
        return {**self.money, "method": self.method, "note": self.note}


def paid_in(appointment: Appointment, wanted: Money, instead_of: int = 0) -> tuple[int, int]:
    """The payment in hundredths, and what is paid with it in all, where it replaces one of `instead_of` hundredths.

    Raises Invalid for another currency than the price's, Overpaid when it is more than is open; where there is no price
    nothing is open.
    """
    price, amount = appointment.price, hundredths(wanted)
    before = appointment.paid - instead_of
    if price is None or before + amount > hundredths(price):
        raise Overpaid(**appointment.account)
    if wanted["currency"] != price["currency"]:
        raise Invalid(errors={"amount": {"currency": [OTHER_CURRENCY]}})
    return amount, before + amount


def priced(appointment: Appointment, price: Money | None) -> dict[str, Any]:
    """The snapshot of its service with this price. Raises Overpaid when more is paid already, Invalid for another
    currency than that of what is paid."""
    if appointment.paid > hundredths(price):
        raise Overpaid(**appointment.account)
    if appointment.paid and price and price["currency"] != appointment.currency:
        raise Invalid(errors={"price": {"currency": [OTHER_CURRENCY]}})
    return {**appointment.service, "price": price}
