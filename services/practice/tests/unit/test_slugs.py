"""Names of practices in addresses."""

import pytest

from practice.slugs import LONGEST, base, free


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Top Hearing", "top-hearing"),
        ("Hörakustik Müller & Söhne", "hoerakustik-mueller-soehne"),
        ("Cabinet d’Élodie Çelik", "cabinet-delodie-celik"),
        ("Слуховой центр Щукино", "slukhovoy-tsentr-shchukino"),
        ("  --  ", "praxis"),
        ("A1", "praxis-a1"),
        ("日本", "praxis"),
        ("O'Neill's", "oneills"),
    ],
)
def test_a_name_becomes_an_address(name: str, slug: str) -> None:
    assert base(name) == slug


def test_an_address_is_never_too_long() -> None:
    """There is room for a number behind it."""
    assert len(base("Gemeinschaftspraxis " * 10)) <= LONGEST
    assert not base("x" * 49 + " y").endswith("-")


def test_the_first_free_number_is_taken() -> None:
    assert free("Top Hearing", {"top-hearing", "top-hearing-2", "top-hearing-4"}) == "top-hearing-3"
