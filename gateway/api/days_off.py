"""When calendars are closed: holidays, vacations, absences; and public holidays to take over."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.api import answers, examples
from gateway.api.calendars import ENDS_FIRST, on_the_wire
from gateway.api.calendars import routes as routes
from gateway.api.fields import Body, Day, Instant, Text, Whole
from gateway.api.framework import Page, answer, nothing, paged
from gateway.clients import Json
from gateway.context import current_services, locale


class PublicHolidays(Body):
    """Where and when."""

    country = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-Z]{2}\Z", error="Invalid value."),
        metadata={"description": "ISO 3166-1", "example": "DE"},
    )
    subdivision = Text(longest=20, metadata={"description": "code of a part of it", "example": "BW"})


class PublicHolidaysOf(PublicHolidays):
    """The same of a query, where numbers are text."""

    year = Whole(2000, 2100, text=True, required=True, metadata={"example": 2030})


class ImportRequest(PublicHolidays):
    """Which of them to take over."""

    year = Whole(2000, 2100, required=True)
    dates = fields.List(Day(), required=True, validate=validate.Length(1, 100))


class CountryOf(Body):
    """Which country's subdivisions are asked for."""

    country = fields.String(validate=validate.Regexp(r"[A-Z]{2}\Z", error="Invalid value."), metadata={"example": "DE"})


class Holiday(Body):
    """A day on which nobody works."""

    date = Day(required=True)
    name = Text(empty=True, allow_none=True)


class Vacation(Body):
    """Several days, both inclusive."""

    from_ = Day(required=True, data_key="from")
    to = Day(required=True)

    @validates_schema
    def _forward(self, data: Json, **_: Any) -> None:
        if data["from_"] > data["to"]:
            raise ValidationError(ENDS_FIRST, "to")


class Absence(Body):
    """From one instant to another."""

    from_ = Instant(required=True, data_key="from")
    to = Instant(required=True)
    reason = Text(longest=500, empty=True, allow_none=True)

    @validates_schema
    def _forward(self, data: Json, **_: Any) -> None:
        if data["from_"] >= data["to"]:
            raise ValidationError(ENDS_FIRST, "to")


CLOSURES = {
    "holidays": (Holiday, examples.HOLIDAY, "holiday"),
    "vacations": (Vacation, examples.VACATION, "vacation"),
    "absences": (Absence, examples.ABSENCE, "absence"),
}


def _closure_routes(kind: str) -> None:
    """List, add and remove one kind of closed time."""
    schema, example, single = CLOSURES[kind]
    stored = {"id": examples.CLOSURE_ID, **example}

    @routes.refuses("not_found")
    @routes.query(Page)
    @routes.answers(200, answers.page_of(answers.Closure), examples.page(stored))
    def listed(query: Json, id: UUID) -> Response:
        return answer(paged(current_services().availability.closures(kind, str(id)), query))

    @routes.refuses("not_found")
    @routes.body(schema, example)
    @routes.answers(201, answers.Closure, stored)
    def add(body: Json, id: UUID) -> Response:
        return answer(current_services().availability.add_closure(single, str(id), on_the_wire(body)), 201)

    @routes.refuses("not_found")
    @routes.answers(204, None)
    def remove(id: UUID, closure: UUID) -> Response:
        current_services().availability.remove_closure(single, str(id), str(closure))
        return nothing()

    listed.__doc__ = f"A calendar's {kind}"
    add.__doc__ = f"Add a {single}"
    remove.__doc__ = f"Remove a {single}"
    routes.add_url_rule(f"/calendars/<uuid:id>/{kind}", f"list_{kind}", listed)
    routes.add_url_rule(f"/calendars/<uuid:id>/{kind}", f"add_{single}", add, methods=["POST"])
    routes.add_url_rule(f"/calendars/<uuid:id>/{kind}/<uuid:closure>", f"remove_{single}", remove, methods=["DELETE"])


for _kind in CLOSURES:
    _closure_routes(_kind)


@routes.route("/holiday-regions")
@routes.refuses()
@routes.query(CountryOf)
@routes.answers(200, answers.HolidayRegions, examples.HOLIDAY_REGIONS)
def holiday_regions(query: Json) -> Response:
    """Countries whose public holidays are known, and one's subdivisions"""
    return answer(current_services().availability.holiday_regions(query.get("country", "")))


@routes.route("/calendars/<uuid:id>/holidays/importable")
@routes.refuses("not_found")
@routes.query(PublicHolidaysOf)
@routes.answers(200, answers.ImportableHolidays, examples.IMPORTABLE)
def importable_holidays(query: Json, id: UUID) -> Response:
    """Public holidays that can be taken over

    Named in the reader's language where that is known, else in the country's own.
    """
    wish = {**query, "language": locale()}
    return answer(current_services().availability.importable_holidays(str(id), wish))


@routes.route("/calendars/<uuid:id>/holidays/import", methods=["POST"])
@routes.refuses("not_found")
@routes.body(ImportRequest, {"country": "DE", "subdivision": "BW", "year": 2030, "dates": ["2030-01-06"]})
@routes.answers(201, answers.ImportedHolidays, examples.IMPORTED)
def import_holidays(body: Json, id: UUID) -> Response:
    """Take over public holidays

    All or none of the dates. Appointments on those days stay; they are named in `conflicts`.
    """
    wish = {**body, "language": locale()}
    return answer(current_services().availability.import_holidays([str(id)], wish), 201)
