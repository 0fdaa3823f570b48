"""Countries and what is paid with there."""

import pytest

from gateway.countries import currency_of, names
from runtime.i18n import LOCALES


@pytest.mark.parametrize(
    ("country", "currency"), [("DE", "EUR"), ("CH", "CHF"), ("RU", "RUB"), ("BG", "EUR"), ("AQ", "EUR"), ("US", "USD")]
)
def test_a_country_has_a_currency(country: str, currency: str) -> None:
    """The euro where Babel knows none."""
    assert currency_of(country) == currency


@pytest.mark.parametrize("locale", LOCALES)
def test_every_country_has_a_name(locale: str) -> None:
    """The 249 of ISO 3166-1, in the order of the language."""
    codes = [code for code, _ in names(locale)]
    assert len(codes) == len(set(codes)) == 249
    if locale == "de":
        assert [name for _, name in names(locale)][:3] == ["Afghanistan", "Ägypten", "Ålandinseln"]
