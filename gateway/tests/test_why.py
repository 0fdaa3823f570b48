"""Why a time cannot be booked: every reason has its sentence, in four languages, with its facts in the right zone."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway import why
from gateway.api import examples
from gateway.api.answers.explained import REASONS
from gateway.tests.conftest import Stage
from runtime.i18n import LOCALES

FACTS: dict[str, Any] = {
    **examples.NO_FACTS, "from": "2030-03-25T08:00:00+00:00", "to": "2030-03-25T09:00:00+00:00",
    "expires_at": "2030-03-25T07:05:00+00:00", "first_day": "2030-03-25", "last_day": "2030-03-26",
    "periods": [{"from": "2030-03-25T08:00:00+00:00", "to": "2030-03-25T11:00:00+00:00"}], "text": "Ostern",
    "minutes": 90, "days": 60, "before": 5, "after": 10, "limit": 8, "count": 9,
}  # fmt: skip
ADDRESS = f"/api/v1/slots/explain?service={examples.SERVICE_ID}&calendar={examples.CALENDAR_ID}&start="


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_its_sentence(code: str, locale: str) -> None:
    """Filled in, and in the language itself."""
    told = why.sentence({**FACTS, "code": code}, "Europe/Berlin", locale)
    assert told
    assert "%(" not in told
    text, _ = why.SENTENCES[code]
    assert locale == "en" or why.words[locale].gettext(text) != text


def test_there_is_a_sentence_for_every_reason_and_no_other() -> None:
    """But for a day without hours, which is a reason's second sentence."""
    assert set(why.SENTENCES) - {"day_without_hours"} == set(REASONS)


@pytest.mark.parametrize(
    ("code", "changes", "told"),
    [
        ("notice", {}, "Kunden müssen mindestens 1 Stunde 30 Minuten vorher buchen: ab Mo. 25. März, 09:00."),
        ("notice", {"minutes": 20160}, "Kunden müssen mindestens 14 Tage vorher buchen: ab Mo. 25. März, 09:00."),
        ("outside_hours", {}, "Außerhalb der Arbeitszeit dieses Tages: 09:00 – 12:00."),
        ("outside_hours", {"periods": []}, "An diesem Tag wird nicht gearbeitet."),
        ("off_grid", {"minutes": 30, "to": None}, "Termine beginnen alle 30 Minuten. In der Nähe: 09:00."),
        ("holiday", {"text": ""}, "Feiertag am Montag, 25. März."),
        ("absence", {"text": "Arzt"}, "Abwesend: Mo. 25. März, 09:00 bis Mo. 25. März, 10:00. Arzt"),
    ],
)
def test_facts_are_told_in_the_calendars_zone(code: str, changes: dict[str, Any], told: str) -> None:
    """As people write them."""
    found = why.sentence({**FACTS, **changes, "code": code}, "Europe/Berlin", "de")
    assert found.replace("Mo ", "Mo. ") == told


def test_staff_ask_why_a_time_is_not_bookable(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """The question goes on as it is, the answer gets its words."""
    answer = client.get(f"{ADDRESS}2030-03-25T13:30:00%2B01:00", headers={**bearer, "Accept-Language": "fr"})
    [reason] = answer.json["reasons"]  # type: ignore[index]
    assert reason["detail"].startswith("En dehors des heures de travail")
    [(_, asked)] = [call for call in stage.rpc.calls if call[0] == "availability.explain"]
    assert asked["start"] == "2030-03-25T12:30:00+00:00"


@pytest.mark.parametrize("start", ["", "2030-03-25T13:30:00", "tomorrow"])
def test_a_start_that_is_none_is_refused(client: FlaskClient, bearer: dict[str, str], start: str) -> None:
    """With the field at fault."""
    answer = client.get(ADDRESS + start, headers=bearer)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["start"])  # type: ignore[index]
