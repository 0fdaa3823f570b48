"""Bad input: a named field and a message, never an exception and never a stored row."""

import pytest
from marshmallow import ValidationError

from booking.contracts import requests

ID = "11111111-1111-4111-8111-111111111111"
CUSTOMER = {"first_name": "Erika", "last_name": "Müller", "email": "e@example.org", "phone": "0711 123456"}
GOOD = {
    "practice_id": ID,
    "service": ID,
    "calendar": ID,
    "start": "2026-12-08T09:00:00+01:00",
    "customer": CUSTOMER,
    "idempotency_key": "k",
}
ABSENT = object()
BAD = [
    ("practice_id", ABSENT),
    ("practice_id", "top-hearing"),
    ("practice_id", None),
    ("service", 7),
    ("service", "11111111111141118111111111111111"),
    ("calendar", ["x"]),
    ("start", "2026-12-08T09:00:00"),
    ("start", "2026-02-30T09:00:00Z"),
    ("start", "0001-01-01T00:00:00+14:00"),
    ("start", "9999-12-31T23:59:59-14:00"),
    ("start", 1765180800),
    ("start", None),
    ("idempotency_key", ABSENT),
    ("idempotency_key", ""),
    ("idempotency_key", "x" * 201),
    ("idempotency_key", "a\x00b"),
    ("hold", "nonsense"),
    ("message", "x" * 2001),
    ("message", "a\x00b"),
    ("message", "\ud800"),
    ("message", 5),
    ("locale", "es"),
    ("time_zone", "Mars/Olympus"),
    ("time_zone", "../../etc/passwd"),
    ("time_zone", ""),
    ("country", "Germany"),
    ("link", "x" * 65),
    ("answers", []),
    ("answers", {"a": "x\x07"}),
    ("answers", {"x" * 41: "a"}),
    ("customer", ABSENT),
    ("customer", "Erika"),
    ("surprise", 1),
    ("customer.first_name", ABSENT),
    ("customer.first_name", ""),
    ("customer.first_name", "   "),
    ("customer.first_name", "x" * 101),
    ("customer.first_name", "a\nb"),
    ("customer.first_name", "a\u202eb"),
    ("customer.first_name", "a\u2028b"),
    ("customer.last_name", 3),
    ("customer.email", "no address"),
    ("customer.email", "a@b"),
    ("customer.email", "a@example.org\nBcc: x@example.org"),
    ("customer.email", "a" * 250 + "@example.org"),
    ("customer.phone", ABSENT),
    ("customer.phone", "none"),
    ("customer.phone", "1"),
    ("customer.phone", "+49 711 123456789012345678"),
    ("customer.phone", "0" * 51),
    ("customer.surprise", 1),
]


def changed(path, value):
    payload = {**GOOD, "customer": dict(CUSTOMER)}
    *outer, name = path.split(".")
    target = payload[outer[0]] if outer else payload
    if value is ABSENT:
        del target[name]
    else:
        target[name] = value
    return payload


@pytest.mark.parametrize(("path", "value"), BAD)
def test_a_booking_with_one_bad_field_is_refused_and_the_field_is_named(path, value):
    """Wrong type, missing, over-long, control characters, impossible dates, unknown fields."""
    with pytest.raises(ValidationError) as refused:
        requests.BookRequest().load(changed(path, value))
    found = refused.value.messages
    for part in path.split("."):
        assert part in found
        found = found[part]


@pytest.mark.parametrize(
    ("typed", "country", "expected"),
    [
        ("0711 / 123456", "DE", "+49711123456"),
        ("+33 1 23 45 67 89", "DE", "+33123456789"),
        ("01 23 45 67 89", "FR", "+33123456789"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("0049 711 123456", None, "+49711123456"),
    ],
)
def test_phone_numbers_become_e164_and_what_was_typed_stays(typed, country, expected):
    """Numbers without prefix belong to the practice's country."""
    payload = changed("customer.phone", typed) | {"country": country}
    contact = requests.BookRequest().load(payload).contact
    assert (contact.phone, contact.phone_typed) == (expected, typed)


def test_the_hash_of_a_request_ignores_its_key_and_the_order_of_its_fields():
    """The same wish under the same key is a repeat however it was written."""
    one = requests.BookRequest().load(GOOD)
    two = requests.BookRequest().load(dict(reversed(GOOD.items())) | {"idempotency_key": "other"})
    three = requests.BookRequest().load(GOOD | {"message": "x"})
    assert one.once.digest == two.once.digest != three.once.digest


@pytest.mark.parametrize("customer", [{}, {"email": None, "phone": None}, {"email": ""}])
def test_staff_may_book_for_a_phone_only_customer_but_not_for_an_unreachable_one(customer):
    """A name, and e-mail or phone."""
    name = {"first_name": "Karl", "last_name": "Kurz"}
    wish = {name: GOOD[name] for name in ("service", "calendar", "start")}
    assert requests.BookForRequest().load(wish | {"customer": {**name, "phone": "0711 123456"}})
    with pytest.raises(ValidationError):
        requests.BookForRequest().load(wish | {"customer": {**name, **customer}})


@pytest.mark.parametrize(
    "form",
    [
        [{"name": "a b", "label": "x", "kind": "text"}],
        [{"name": "a", "label": "", "kind": "text"}],
        [{"name": "a", "label": "x", "kind": "date"}],
        [{"name": "a", "label": "x", "kind": "choice"}],
        [{"name": "a", "label": "x", "kind": "text", "choices": ["y"]}],
        [{"name": "a", "label": "x", "kind": "text"}] * 2,
        [{"name": f"a{n}", "label": "x", "kind": "text"} for n in range(31)],
        ["a"],
        "a",
    ],
)
def test_a_form_that_no_page_could_show_is_refused(form):
    """Names, kinds and choices must fit together."""
    with pytest.raises(ValidationError):
        requests.FormUpdate().load({"fields": form})


@pytest.mark.parametrize(
    "search",
    [
        {"limit": 0},
        {"limit": 201},
        {"cursor": "!!!"},
        {"cursor": "AAAA"},
        {"cursor": "ü"},
        {"status": "open"},
        {"status": 3},
        {"scope": "all"},
        {"from": "yesterday"},
        {"q": "\x00"},
        {"customer": "Erika"},
    ],
)
def test_bad_filters_are_refused(search):
    """Every filter of the list says so itself."""
    with pytest.raises(ValidationError) as refused:
        requests.SearchRequest().load(search)
    assert set(refused.value.messages) == set(search)


@pytest.mark.parametrize("status", ["pending,accepted", ["pending", "accepted"], "pending, accepted"])
def test_several_statuses_come_as_a_list_or_with_commas(status):
    """Both ways give the same filter."""
    assert requests.SearchRequest().load({"status": status}).statuses == ("pending", "accepted")
