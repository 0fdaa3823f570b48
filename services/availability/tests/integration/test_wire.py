"""What is on the wire: golden samples, names of methods and queues; and the migrations both ways."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect

from availability import models
from availability.__main__ import SERVICE
from availability.contracts import events, registry, requests
from availability.store.agendas import LONGEST_OCCUPANCY
from runtime.edge import procedures, subscriptions
from runtime.messages import Event, parse_event
from runtime.migrate import downgrade, upgrade
from runtime.testing import Databases

SAMPLES = Path(__file__).parents[2] / "samples"


def shape(value: Any) -> Any:
    """Names and types, without the values."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def tell_each(desk: Any) -> dict[str, Event]:
    anna = desk.calendar(max_per_day=8, max_per_week=30)
    price = {"amount": "49.00", "currency": "EUR"}
    desk.service(anna, price=price, start_interval_minutes=15, description="60 Minuten")
    span = {"from": "2026-06-02T09:00:00+02:00", "to": "2026-06-02T10:00:00+02:00"}
    told = {event.type: event for event in desk.told() if event.type != events.SLOTS_CHANGED}
    desk.staff("add_absence", calendar=anna, **span)
    return told | {event.type: event for event in desk.told()}


@pytest.mark.parametrize("type", registry.EMITS)
def test_each_event_looks_like_its_golden_sample(light_desk: Any, type: str) -> None:
    """A field that is lost, renamed or of another type breaks whoever reads the event."""
    sample = parse_event((SAMPLES / f"{type}.json").read_text())
    told = tell_each(light_desk)[type]
    assert shape(told.data) == shape(sample.data)
    assert (sample.type, sample.source) == (told.type, told.source)
    assert json.loads((SAMPLES / f"{type}.json").read_text()).keys() == json.loads(told.to_json()).keys()


def test_every_sample_is_of_an_event_that_is_told() -> None:
    """One sample per event, no other."""
    assert {file.stem for file in SAMPLES.glob("*.json")} == set(registry.EMITS)


def test_the_names_on_the_wire_stay() -> None:
    """Methods and consumers are wire format: renaming one makes another queue."""
    assert set(procedures(SERVICE.edge)) == {
        "agenda",
        "catalogue",
        "explain",
        "slots",
        "offer",
        "alternatives",
        "list_services",
        "create_service",
        "update_service",
        "delete_service",
        "list_calendars",
        "create_calendar",
        "update_calendar",
        "get_hours",
        "put_hours",
        "preview_hours",
        "holiday_regions",
        "importable_holidays",
        "import_holidays",
        "list_holidays",
        "add_holiday",
        "remove_holiday",
        "list_vacations",
        "add_vacation",
        "remove_vacation",
        "list_absences",
        "add_absence",
        "remove_absence",
    }
    read = {(one.source, one.type, one.consumer) for one in subscriptions("availability", SERVICE.edge)}
    appointments = {("booking", type, "availability.appointment_changed") for type in events.APPOINTMENT_TYPES}
    assert read == appointments | {
        ("practice", "practice.changed", "availability.practice_changed"),
        ("booking", "slot.held", "availability.slot_held"),
        ("booking", "slot.released", "availability.slot_released"),
    }


def test_the_longest_occupancy_is_within_the_range_that_is_read() -> None:
    """The slot search looks that far back for what may still last."""
    assert (requests.DAY_MINUTES + 2 * requests.LONGEST_BUFFER) * 60 <= LONGEST_OCCUPANCY


def test_migrations_go_up_down_and_up_again(databases: Databases) -> None:
    """They make exactly the tables that the code uses, and leave nothing behind."""
    database = databases.new(SERVICE.migrations)
    ours = {table.name: {column.name for column in table.columns} for table in models.metadata.sorted_tables}
    made = {name: {one["name"] for one in inspect(database.engine).get_columns(name)} for name in ours}
    assert made == ours
    indexes = {one["name"] for name in ours for one in inspect(database.engine).get_indexes(name)}
    assert {index.name for table in models.metadata.sorted_tables for index in table.indexes} == indexes
    downgrade(database.url, SERVICE.migrations)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database.url, SERVICE.migrations)
    assert set(ours) <= set(inspect(database.engine).get_table_names())
