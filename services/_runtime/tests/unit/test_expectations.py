"""A shop that tells orders, a kitchen that reads them: what the shop may change, and what the tests then say."""

import json
from pathlib import Path
from typing import Any

import pytest
from marshmallow import Schema

from runtime.contract import Emitted, ident, instant, part, several, string, whole
from runtime.expectations import Expectation, broken

NEEDS = {
    "events": {"order.placed": {"$ref": "#/definitions/order"}},
    "definitions": {
        "order": {
            "type": "object",
            "required": ["due", "dishes"],
            "properties": {
                "due": {"type": "string", "format": "date-time"},
                "state": {"enum": ["new", "paid"]},
                "dishes": {
                    "type": "array",
                    "items": {"type": "object", "required": ["name"], "properties": {"name": {}}},
                },
            },
        }
    },
}
SAMPLE: dict[str, Any] = {
    "type": "order.placed",
    "data": {"id": "6b1f8d2c-3a4e-4f5b-9c6d-7e8f9a0b1c2d", "due": "2031-03-05T12:00:00+00:00", "state": "new",
             "dishes": [{"name": "soup", "price": 5}]},
}  # fmt: skip


class Dish(Schema):
    name = string("What it is called.")
    price = whole("In cents.")


class Order(Schema):
    id = ident("The order.")
    due = instant("When it is eaten.")
    state = string("How far it is.", among=("new", "paid"))
    dishes = several(Dish, "What is ordered.")


EMITS = {"order.placed": Emitted(Order, "Somebody is hungry.")}


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> Path:
    """The shop's folder, with what the kitchen expects."""
    for name in ("samples", "samples/earlier", "readers"):
        (tmp_path / name).mkdir()
    (tmp_path / "readers/kitchen.json").write_text(json.dumps(NEEDS))
    told(tmp_path, SAMPLE)
    return tmp_path


def told(shop: Path, event: dict[str, Any], file: str = "order.placed") -> None:
    (shop / "samples" / f"{file}.json").write_text(json.dumps(event))


def but(**changes: Any) -> dict[str, Any]:
    """The sample with other data; None takes a field away."""
    data = {name: value for name, value in {**SAMPLE["data"], **changes}.items() if value is not None}
    return {**SAMPLE, "data": data}


def test_all_is_well(shop: Path) -> None:
    """Fields that nobody reads may come and go."""
    assert broken(shop, EMITS) == []
    told(shop, but(id=None, table=7))
    assert broken(shop, EMITS) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"due": None}, '"due" is a required property'),
        ({"due": "noon"}, '"noon" is not a "date-time"'),
        ({"state": "eaten"}, '"eaten" is not one of "new" or "paid"'),
        ({"dishes": [{"price": 5}]}, '"name" is a required property'),
        ({"dishes": "soup"}, '"soup" is not of type "array"'),
    ],
)
@pytest.mark.parametrize("file", ["order.placed", "earlier/order.placed.1"])
def test_a_sample_that_the_reader_cannot_read_is_told(shop: Path, changes: Any, why: str, file: str) -> None:
    """With reader, file and reason; earlier samples count as today's do."""
    told(shop, but(**changes), file)
    assert any(line.startswith("kitchen, ") and line.endswith(why) for line in broken(shop, EMITS))


def test_a_schema_that_allows_what_the_reader_cannot_read_is_told(shop: Path) -> None:
    """Though no sample shows it: a field that may be null, is gone, or may have another value."""
    loose = {
        "state": string("How far it is.", among=("new", "paid", "eaten")),
        "due": instant("When it is eaten.", null=True),
        "dishes": part(Dish, "What is ordered."),
    }
    for name, field in loose.items():
        looser = {"order.placed": Emitted(type("Looser", (Order,), {name: field}), "")}
        assert broken(shop, looser) == ["kitchen: the schema of order.placed allows what it cannot read"]
    assert broken(shop, {}) == ["kitchen: nobody tells order.placed"]


def test_a_field_that_was_told_before_is_missed(shop: Path) -> None:
    """Whether or not anybody in the house reads it: others may."""
    told(shop, SAMPLE, "earlier/order.placed.1")
    told(shop, but(id=None, dishes=[{"name": "soup"}]))
    assert sorted(broken(shop, EMITS)) == [
        "order.placed has lost data.dishes[].price",
        "order.placed has lost data.id",
    ]


def test_the_least_is_what_the_reader_names(shop: Path) -> None:
    """Nothing else, at any depth."""
    least = Expectation(shop / "readers/kitchen.json").least(SAMPLE)
    assert least["data"] == {"due": SAMPLE["data"]["due"], "state": "new", "dishes": [{"name": "soup"}]}
