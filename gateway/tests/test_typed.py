"""Numbers that came from forms."""

import pytest
from flask import Flask

from gateway.pages.typed import seen_version, whole


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("45", 45), ("", None), ("-1", None), ("4.5", None), ("٤", None), ("²", None)]
)
def test_a_whole_number_is_one_in_plain_digits(text: str, number: int | None) -> None:
    """Everything else is none, and no error."""
    assert whole(text) == number


def test_a_number_of_thousands_of_digits_is_none() -> None:
    """Python refuses it with an error of its own."""
    with Flask("forms").test_request_context(method="POST", data={"version": "9" * 5000}):
        assert seen_version() == {}
