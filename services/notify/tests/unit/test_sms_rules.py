"""Parts of an SMS, and what a reply says."""

import pytest

from notify.domain.opting import wish
from notify.domain.parts import parts


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ä" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
    ],
)
def test_parts_are_counted_as_networks_do(words: str, number: int) -> None:
    assert parts(words) == number


@pytest.mark.parametrize(
    ("words", "wished"),
    [("STOP", "stop"), (" stop! ", "stop"), ("Стоп", "stop"), ("ARRÊT", "stop"), ("START", "start"), ("stop it", None)],
)
def test_a_reply_is_a_wish_when_the_word_stands_alone(words: str, wished: str | None) -> None:
    assert wish(words) == wished
