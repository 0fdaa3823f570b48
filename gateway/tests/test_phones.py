"""Phone numbers as people read them."""

import pytest

from gateway.phones import dialled, readable


@pytest.mark.parametrize(
    ("number", "country", "expected"),
    [
        ("+49711123456", "DE", "0711 123456"),
        ("+49711123456", "AT", "+49 711 123456"),
        ("+33612345678", "DE", "+33 6 12 34 56 78"),
        ("+33612345678", "FR", "06 12 34 56 78"),
        ("+49711123456", None, "+49 711 123456"),
        ("+4917123456", "DE", "+49 17123456"),
        ("0711/123456", "DE", "0711 123456"),
        ("erika@example.org", "DE", "erika@example.org"),
        ("+1", "DE", "+1"),
        ("", "DE", ""),
    ],
)
def test_a_number_is_written_as_its_readers_write_it(number: str, country: str | None, expected: str) -> None:
    """Without prefix in its own country, with it elsewhere; what is no number stays."""
    assert readable(number, country) == expected


@pytest.mark.parametrize(
    ("number", "link"),
    [
        ("0711 / 12 34 56", "+49711123456"),
        ("+49 (0)711 123456", "+49711123456"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("116 117", "116117"),
        ("Empfang", ""),
    ],
)
def test_a_link_calls_a_number_however_it_was_written(number: str, link: str) -> None:
    """From any country."""
    assert dialled(number, "DE") == link
