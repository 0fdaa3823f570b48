"""What the practice service lets in."""

from typing import Any

import pytest
from babel.core import Locale
from babel.numbers import list_currencies
from marshmallow import ValidationError

from practice.codes import COUNTRIES, CURRENCIES
from practice.contracts.requests import Provision, SetPlan, SignIn, Update

NEW: dict[str, Any] = {
    "slug": "top-hearing",
    "name": "Top Hearing",
    "email": "info@top-hearing.example",
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "currency": "EUR",
    "owner": {"name": "Dora Demo", "email": "demo@top-hearing.example", "password": "long enough"},
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 121),
        ("name", "Top\r\nBcc: all@example.org"),
        ("name", None),
        ("name", 5),
        ("email", "nobody"),
        ("email", "a@" + "b" * 250 + ".de"),
        ("phone", "call me"),
        ("phone", "1" * 41),
        ("locale", "pl"),
        ("time_zone", "Berlin"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "Europe"),
        ("time_zone", "localtime"),
        ("country", "XX"),
        ("country", "de"),
        ("currency", "DEM"),
        ("show_prices", "yes"),
        ("accent", "red"),
        ("accent", "#12345g"),
        ("accent", "#123456;}"),
        ("copy_to", "nobody"),
        ("description", "x" * 2001),
        ("description", "a\x00b"),
        ("embed_origins", ["http://example.org"]),
        ("embed_origins", ["https://example.org/"]),
        ("embed_origins", ["https://example.org; script-src *"]),
        ("embed_origins", ["https://*.example.org"]),
        ("embed_origins", ["https://u:p@example.org"]),
        ("embed_origins", [f"https://{n}.example.org" for n in range(21)]),
        ("embed_origins", "https://example.org"),
        ("slug", "other"),
        ("plan", "premium"),
        ("id", "1"),
    ],
)
def test_an_update_refuses(field: str, value: Any) -> None:
    """Out of bounds, of the wrong type, or not to be changed at all."""
    with pytest.raises(ValidationError) as caught:
        Update().load({field: value})
    assert set(caught.value.messages_dict) == {field}


def test_an_update_takes_what_is_within_bounds() -> None:
    """Texts are trimmed, the accent darkened, origins told once, an empty copy address switches it off."""
    origins = ["https://www.example.org", "https://www.example.org", "https://example.org:8443"]
    given = {"name": " Zoë & Söhne ", "accent": "#ffff00", "embed_origins": origins, "copy_to": "", "phone": ""}
    taken = Update().load(given)
    assert taken["name"] == "Zoë & Söhne"
    assert taken["accent"] != "#ffff00"
    assert taken["embed_origins"] == ("https://www.example.org", "https://example.org:8443")
    assert taken["copy_to"] is None


@pytest.mark.parametrize("slug", ["ab", "Top", "top_hearing", "-top", "top-", "top--hearing", "töp", "x" * 61, ""])
def test_slugs_that_make_no_good_address_are_refused(slug: str) -> None:
    """Lower-case letters, digits, single hyphens; 3 to 60 of them."""
    with pytest.raises(ValidationError):
        Provision().load({**NEW, "slug": slug})


def test_a_new_practice_is_basic_and_german_unless_told_otherwise() -> None:
    """Product decision 19; German first."""
    taken = Provision().load(NEW)
    assert (taken["plan"], taken["locale"], taken["show_prices"]) == ("basic", "de", True)


@pytest.mark.parametrize("field", ["slug", "name", "email", "time_zone", "country", "currency", "owner"])
def test_a_new_practice_needs(field: str) -> None:
    """Nothing of this can be guessed."""
    with pytest.raises(ValidationError) as caught:
        Provision().load({key: value for key, value in NEW.items() if key != field})
    assert set(caught.value.messages_dict) == {field}


def test_passwords_keep_their_spaces_and_have_bounds() -> None:
    """At least 8 characters to set one; never more than 200, since hashing costs."""
    assert SignIn().load({"email": "a@b.de", "password": " x "})["password"] == " x "
    with pytest.raises(ValidationError):
        SignIn().load({"email": "a@b.de", "password": "x" * 201})
    with pytest.raises(ValidationError):
        Provision().load({**NEW, "owner": {**NEW["owner"], "password": "short"}})


@pytest.mark.parametrize("payload", [[], "text", None, 5])
def test_a_payload_that_is_no_object_is_refused(payload: Any) -> None:
    """A clear refusal, no crash."""
    with pytest.raises(ValidationError):
        SetPlan().load(payload)


def test_the_codes_are_those_of_the_standards() -> None:
    """Checked against CLDR, which knows former currencies and regions that are no countries, too."""
    assert set(Locale("en").territories) >= COUNTRIES
    assert len(COUNTRIES) == 249
    assert len(CURRENCIES - set(list_currencies())) <= 2, "newer than this copy of CLDR"
    assert {"EUR", "RUB", "CHF", "USD"} <= CURRENCIES
