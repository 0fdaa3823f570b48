"""Money: on the wire `{"amount": "49.00", "currency": "EUR"}`, in sums whole hundredths, never floating point."""

from typing import Any

Money = dict[str, Any]


def hundredths(money: Money | None) -> int:
    """The amount as a whole number; no money counts as none."""
    if money is None:
        return 0
    whole, _, rest = str(money["amount"]).partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0")[:2])


def money(amount: int, currency: str) -> Money:
    """The wire's form of so many hundredths."""
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    return {"amount": f"{sign}{size // 100}.{size % 100:02}", "currency": currency}
