"""K22, K23: a price that can be set, payments until it is covered, and corrections of both."""

import pytest

from booking.models import payments
from runtime.ids import new_id


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


def account(answer):
    """Price, paid and open, as bare amounts."""
    return tuple(answer[name] and answer[name]["amount"] for name in ("price", "paid", "balance"))


def test_the_price_is_the_services_and_part_payments_cover_it(desk):
    """49.00 in two parts; the history and the events tell each."""
    id = desk.book()["id"]
    assert account(desk.staff("appointment", id=id)) == ("49.00", "0.00", "49.00")
    assert account(desk.staff("add_payment", id=id, amount=eur("20"), method="cash")) == ("49.00", "20.00", "29.00")
    desk.clock.forward(minutes=1)
    answer = desk.staff("add_payment", id=id, amount=eur("29.00"), note="Rest")
    assert account(answer) == ("49.00", "49.00", "0.00")
    assert [(line["amount"]["amount"], line["method"], line["note"]) for line in answer["items"]] == [
        ("20.00", "cash", None),
        ("29.00", None, "Rest"),
    ]
    assert answer == desk.staff("payments", id=id) | {"payment": answer["items"][1]["id"]}
    updated, recorded = desk.events("appointment.updated"), desk.events("payment.recorded")
    assert [event["objectversion"] for event in updated] == [event["objectversion"] for event in recorded] == [2, 3]
    assert (updated[1]["data"]["changed"], updated[1]["data"]["notify"]) == (["payment"], False)
    assert account(updated[1]["data"]) == account(recorded[1]["data"]) == ("49.00", "49.00", "0.00")
    last = desk.staff("appointment", id=id)["history"][-1]
    assert last["changed"] == {"payment": {"from": None, "to": {**eur("29.00"), "method": None, "note": "Rest"}}}


@pytest.mark.parametrize("price", ["49.00", None])
def test_nobody_pays_more_than_is_open(desk, price):
    """Decision 14: overpaid, with the account in its facts; without a price nothing is open. Nothing is stored."""
    id = desk.book()["id"]
    if price is None:
        desk.staff("set_price", id=id, price=None)
    else:
        desk.staff("add_payment", id=id, amount=eur("48.99"))
    before = desk.staff("payments", id=id)
    refused = desk.refused(desk.staff, "add_payment", id=id, amount=eur("0.02"))
    assert (refused.code, refused.facts["price"]) == ("overpaid", before["price"])
    assert desk.staff("payments", id=id) == before


def test_price_and_payments_are_corrected_also_when_the_appointment_is_over(desk):
    """K23: in the past scope, completed or not."""
    id = desk.book()["id"]
    desk.clock.forward(hours=30)
    desk.staff("change_status", id=id, action="complete")
    assert account(desk.staff("set_price", id=id, price=eur("60"))) == ("60.00", "0.00", "60.00")
    payment = desk.staff("add_payment", id=id, amount=eur("60"), method="cash")["payment"]
    assert desk.refused(desk.staff, "set_price", id=id, price=eur("59.99")).code == "overpaid"
    assert desk.refused(desk.staff, "set_price", id=id, price=None).code == "overpaid"
    assert desk.refused(desk.staff, "change_payment", id=id, payment=payment, amount=eur("60.01")).code == "overpaid"
    corrected = desk.staff("change_payment", id=id, payment=payment, amount=eur("6.00"))
    assert account(corrected) == ("60.00", "6.00", "54.00")
    assert corrected["items"][0]["method"] == "cash"
    assert account(desk.staff("set_price", id=id, price=eur("6"))) == ("6.00", "6.00", "0.00")
    assert account(desk.staff("remove_payment", id=id, payment=payment)) == ("6.00", "0.00", "6.00")
    assert account(desk.staff("set_price", id=id, price=None)) == (None, None, None)
    assert [event["data"]["what"] for event in desk.events("payment.recorded")] == ["added", "changed", "removed"]
    steps = desk.staff("appointment", id=id)["history"]
    assert [sorted(step["changed"]) for step in steps[2:]] == [
        ["price"],
        *[["payment"]] * 2,
        *[["price"], ["payment"], ["price"]],
    ]
    assert desk.count(payments) == 0


def test_what_staff_do_with_money_leaves_the_undo_alone(desk):
    """A status can be taken back although a payment came in between."""
    id = desk.book()["id"]
    desk.staff("change_status", id=id, action="cancel")
    desk.staff("add_payment", id=id, amount=eur("5"))
    restored = desk.staff("undo", id=id)
    assert (restored["status"], account(restored)) == ("accepted", ("49.00", "5.00", "44.00"))


def test_a_repeated_payment_comes_in_once(desk):
    """The broker may run a call twice: the key makes it one; another payment under it is refused."""
    id = desk.book()["id"]
    pay = {"id": id, "amount": eur("10"), "idempotency_key": "k", "if_version": 1}
    assert desk.staff("add_payment", **pay) == desk.staff("add_payment", **pay)
    assert desk.count(payments) == 1
    refused = desk.refused(desk.staff, "add_payment", **pay | {"amount": eur("11")})
    assert refused.code == "idempotency_conflict"


def test_two_at_once_never_pay_too_much(desk):
    """The appointment's lock: one of two full payments is refused."""
    id = desk.book()["id"]
    answers = desk.race(*[lambda: desk.staff("add_payment", id=id, amount=eur("49"))] * 4)
    assert sorted(getattr(answer, "code", "paid") for answer in answers) == ["overpaid"] * 3 + ["paid"]
    assert account(desk.staff("payments", id=id)) == ("49.00", "49.00", "0.00")


@pytest.mark.parametrize(
    ("method", "wrong", "field"),
    [
        ("add_payment", {"amount": eur("0.00")}, "amount"),
        ("add_payment", {"amount": eur("-1")}, "amount"),
        ("add_payment", {"amount": eur("1.234")}, "amount"),
        ("add_payment", {"amount": eur("1e3")}, "amount"),
        ("add_payment", {"amount": {"amount": 1, "currency": "EUR"}}, "amount"),
        ("add_payment", {"amount": {"amount": "1", "currency": "eur"}}, "amount"),
        ("add_payment", {"amount": {"amount": "1", "currency": "USD"}}, "amount"),
        ("add_payment", {"amount": eur("1"), "method": "gold"}, "method"),
        ("set_price", {"price": eur("-1")}, "price"),
        ("set_price", {}, "price"),
    ],
)
def test_what_is_no_money_is_refused(lite, method, wrong, field):
    """Also the wrong currency; nothing is told."""
    id = lite.book()["id"]
    refused = lite.refused(lite.staff, method, id=id, **wrong)
    assert (refused.code, list(refused.facts["errors"])) == ("invalid", [field])
    assert len(lite.events()) == 1


def test_another_practices_money_is_not_found(lite):
    """Nor a payment of another appointment."""
    one, other = lite.book(24)["id"], lite.book(26)["id"]
    payment = lite.staff("add_payment", id=one, amount=eur("1"))["payment"]
    told = len(lite.events())
    for method, extra in (
        ("payments", {}),
        ("set_price", {"price": None}),
        ("add_payment", {"amount": eur("1")}),
        ("change_payment", {"payment": payment, "note": "x"}),
        ("remove_payment", {"payment": payment}),
    ):
        assert lite.refused(lite.staff, method, lite.ben, id=one, **extra).code == "not_found"
    for id, payment_ in ((other, payment), (one, new_id())):
        assert lite.refused(lite.staff, "remove_payment", id=id, payment=payment_).code == "not_found"
    assert len(lite.events()) == told
