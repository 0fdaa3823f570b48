"""What the requests take and what they refuse, field by field."""

from typing import Any

import pytest
from marshmallow import ValidationError

from invitations.contracts.phones import can_get_sms, normal_phone
from invitations.contracts.requests import Change, Create, Resend, Search
from services.invitations.tests.builders import ID

GOOD = {
    "first_name": " Erika ",
    "last_name": "Müller",
    "email": "erika@example.org",
    "channels": ["sms", "email", "sms"],
    "start": "2026-12-09T10:00:00+01:00",
    "duration_minutes": 30,
    "consent": True,
    "idempotency_key": "click",
}


def test_a_good_request_is_tidied() -> None:
    """Each channel once, in a constant order; the key is not part of what must be the same."""
    loaded = Create().load(GOOD)
    assert (loaded["first_name"], loaded["channels"]) == ("Erika", ["email", "sms"])
    assert Create().load({**GOOD, "idempotency_key": "other"})["digest"] == loaded["digest"]
    assert Create().load({**GOOD, "last_name": "Other"})["digest"] != loaded["digest"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first_name": " "}, "first_name"),
        ({"first_name": 7}, "first_name"),
        ({"last_name": "x" * 101}, "last_name"),
        ({"last_name": "a\nb"}, "last_name"),
        ({"last_name": "a\u202eb"}, "last_name"),
        ({"email": "erika"}, "email"),
        ({"email": "erika@example.org\n"}, "email"),
        ({"email": "e" * 250 + "@example.org"}, "email"),
        ({"channels": []}, "channels"),
        ({"channels": ["fax"]}, "channels"),
        ({"channels": "email"}, "channels"),
        ({"consent": False}, "consent"),
        ({"consent": "true"}, "consent"),
        ({"consent": 1.5}, "consent"),
        ({"start": "2026-12-09T10:00"}, "start"),
        ({"start": "9999-12-31T23:59:00+00:00"}, "start"),
        ({"start": 7}, "start"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"duration_minutes": "30"}, "duration_minutes"),
        ({"duration_minutes": 1441}, "duration_minutes"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"locale": "xx"}, "locale"),
        ({"calendar": "7"}, "calendar"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_is_not_right_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Create().load({**GOOD, **wrong})
    assert list(caught.value.messages_dict) == [field]


@pytest.mark.parametrize("field", [name for name in GOOD if name != "email"])
def test_what_is_required_is_missed(field: str) -> None:
    """All but the addresses, of which the chosen channels decide."""
    with pytest.raises(ValidationError) as caught:
        Create().load({name: value for name, value in GOOD.items() if name != field})
    assert list(caught.value.messages_dict) == [field]


@pytest.mark.parametrize(
    ("schema", "wrong"),
    [
        (Change, {"id": ID, "first_name": None}),
        (Change, {"id": ID, "email": "x@example.org"}),
        (Change, {"id": "7"}),
        (Resend, {"id": ID, "email": None}),
        (Resend, {"id": ID, "if_version": "1"}),
        (Search, {"limit": 0}),
        (Search, {"cursor": "x"}),
        (Search, {"scope": "all"}),
    ],
)
def test_other_requests_are_as_strict(schema: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schema().load(wrong)


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("0151 12345678", "DE", "+4915112345678"),
        ("+33 6 12 34 56 78", "DE", "+33612345678"),
        ("06 12 34 56 78", "FR", "+33612345678"),
    ],
)
def test_numbers_are_kept_in_one_form(typed: str, country: str, number: str) -> None:
    """Without a prefix they are of the practice's country."""
    assert normal_phone(typed, country) == number


@pytest.mark.parametrize("typed", ["12", "call me", "", "+", "0" * 40])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        normal_phone(typed, "DE")


def test_landlines_get_no_sms() -> None:
    """Where a country does not tell them apart, the number is tried."""
    assert not can_get_sms("+49711123456")
    assert can_get_sms("+4915112345678")
    assert can_get_sms("+12125550123")
