"""Addresses that nobody's link leads to: made by hand, by a scanner, or to make our pages link elsewhere."""

import re

import pytest

from gateway.tests.pages.house import House
from gateway.tests.pages.strict import StrictClient

PROFILE = "/p/top-hearing"
OWN_WORDS = ("_scheme=javascript", "_external=1&_scheme=ftp", "_method=FOO", "_anchor=x", "endpoint=x", "slug=other")


@pytest.mark.parametrize("query", OWN_WORDS)
def test_parameters_that_flask_has_a_meaning_for_have_none_in_an_address(client: StrictClient, query: str) -> None:
    """A page links to itself, in another language say; never by another scheme, and not to another host."""
    page = client.get(f"{PROFILE}?{query}&x=%0aalert(1)")
    assert page.status == 200
    (german,) = re.findall(r'href="([^"]*lang=de[^"]*)"', page.html)
    assert german.startswith(f"{PROFILE}?")


@pytest.mark.parametrize(
    "query",
    [
        "from=9999-12-31",
        "before=0001-01-05",
        "from=0001-01-01",
        "start=0001-01-01T00:00:00%2B14:00",
        "start=9999-12-31T23:59:59-12:00",
        "start=2026-03-24T08:00:00Z&until=9999-12-31T23:59:59-12:00",
        "tz=Factory",
        "tz=localtime",
    ],
)
def test_the_ends_of_time_and_places_that_are_none_show_the_grid_or_the_form(
    client: StrictClient, house: House, query: str
) -> None:
    """What no clock can show counts as not said."""
    assert client.get(f"{PROFILE}/book?service={house.services[0]['id']}&{query}").status == 200
