"""What the API refuses, and how it says so: never a 500, always a problem with a name, in the reader's language."""

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.api import examples
from gateway.problems import CONTENT_TYPE
from gateway.tests.conftest import Stage

BOOK = "/api/v1/practices/top-hearing/appointments"
SLOTS = f"/api/v1/practices/top-hearing/slots?service={examples.SERVICE_ID}"
GOOD = examples.BOOKING_REQUEST


def customer(**changes: Any) -> dict[str, Any]:
    """The example booking with other details of the customer."""
    return {**GOOD, "customer": {**examples.CUSTOMER, **changes}}


def without(name: str) -> dict[str, Any]:
    """The example booking with a field left out."""
    return {key: value for key, value in GOOD.items() if key != name}


FIELDS = {
    "unknown field": ({**GOOD, "colour": "red"}, "colour"),
    "unknown field of the customer": (customer(age=70), "customer.age"),
    "missing service": (without("service"), "service"),
    "missing customer": (without("customer"), "customer"),
    "service is a number": ({**GOOD, "service": 1}, "service"),
    "service is a list": ({**GOOD, "service": ["x"]}, "service"),
    "service is no UUID": ({**GOOD, "service": "x"}, "service"),
    "start is a number": ({**GOOD, "start": 20300325}, "start"),
    "start is null": ({**GOOD, "start": None}, "start"),
    "start has no offset": ({**GOOD, "start": "2030-03-25T10:00:00"}, "start"),
    "start is a date": ({**GOOD, "start": "2030-03-25"}, "start"),
    "start is the 31st of February": ({**GOOD, "start": "2030-02-31T10:00:00+01:00"}, "start"),
    "start is before the year one in UTC": ({**GOOD, "start": "0001-01-01T00:00:00+14:00"}, "start"),
    "start is after the year 9999 in UTC": ({**GOOD, "start": "9999-12-31T23:59:59-14:00"}, "start"),
    "customer is a text": ({**GOOD, "customer": "Erika"}, "customer"),
    "empty name": (customer(first_name="   "), "customer.first_name"),
    "name with a line break": (customer(first_name="Eri\nka"), "customer.first_name"),
    "name with a null character": (customer(first_name="Eri\x00ka"), "customer.first_name"),
    "name over 100 characters": (customer(last_name="x" * 101), "customer.last_name"),
    "e-mail without domain": (customer(email="erika"), "customer.email"),
    "e-mail with a header": (customer(email="a@example.org\r\nBcc: b@example.org"), "customer.email"),
    "phone of letters": (customer(phone="call me"), "customer.phone"),
    "answers is a list": ({**GOOD, "answers": []}, "answers"),
    "answer is an object": ({**GOOD, "answers": {"device": {}}}, "answers.device.value"),
    "message over 2000 characters": ({**GOOD, "message": "x" * 2001}, "message"),
    "locale we do not speak": ({**GOOD, "locale": "xx"}, "locale"),
    "zone that does not exist": ({**GOOD, "time_zone": "Europe/Atlantis"}, "time_zone"),
    "zone that is a path": ({**GOOD, "time_zone": "../../etc/passwd"}, "time_zone"),
}


def at(errors: Any, path: str) -> Any:
    """The texts of a field given by its path."""
    for name in path.split("."):
        errors = errors[name]
    return errors


@pytest.mark.parametrize("name", FIELDS)
def test_a_bad_field_is_named_in_a_422(name: str, stage: Stage, client: FlaskClient) -> None:
    """The problem names the field and says what is wrong; nothing is asked of booking."""
    body, path = FIELDS[name]
    response = client.post(BOOK, json=body)
    problem = response.get_json()
    assert (response.status_code, problem["code"], response.content_type) == (422, "invalid", CONTENT_TYPE)
    assert all(isinstance(text, str) and text for text in at(problem["errors"], path))
    assert stage.rpc.count("booking.book") == 0


BODIES: dict[str, tuple[bytes, str, int, str]] = {
    "no JSON": (b"{", "application/json", 400, "malformed"),
    "no UTF-8": (b'{"a": "\xff"}', "application/json", 400, "malformed"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "application/json", 400, "malformed"),
    "half a character": (b'{"a": "\\ud800"}', "application/json", 400, "malformed"),
    "half a character in a name": (b'{"\\ud800": 1}', "application/json", 400, "malformed"),
    "NaN": (b'{"a": NaN}', "application/json", 400, "malformed"),
    "a name twice": (b'{"start": 1, "start": 2}', "application/json", 400, "malformed"),
    "endless nesting": (b'{"a":' + b"[" * 30_000, "application/json", 400, "malformed"),
    "an endless number": (b'{"a":' + b"9" * 60_000 + b"}", "application/json", 400, "malformed"),
    "a list": (b"[]", "application/json", 422, "invalid"),
    "a text": (b'"x"', "application/json", 422, "invalid"),
    "nothing": (b"", "application/json", 422, "invalid"),
    "over 64 KiB": (b'{"a": "' + b"x" * 65_536 + b'"}', "application/json", 413, "too_large"),
    "a form": (b"start=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    "a multipart form": (b"--x--", "multipart/form-data; boundary=x", 415, "unsupported_media_type"),
    "plain text": (b"{}", "text/plain", 415, "unsupported_media_type"),
    "no type": (b"{}", "", 415, "unsupported_media_type"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_refused_by_name(name: str, client: FlaskClient) -> None:
    """Before any field is looked at."""
    body, type, status, code = BODIES[name]
    response = client.post(BOOK, data=body, headers={"Content-Type": type} if type else {})
    assert (response.status_code, response.get_json()["code"]) == (status, code)


def test_a_body_that_hides_its_size_is_refused_all_the_same(stage: Stage) -> None:
    """A chunked body has no Content-Length; it is cut off while it is read."""
    client = stage.client()
    stream = b'{"a": "' + b"x" * 70_000 + b'"}'
    response = client.open(
        BOOK,
        method="POST",
        input_stream=io.BytesIO(stream),
        headers={"Content-Type": "application/json", "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert (response.status_code, response.get_json()["code"]) == (413, "too_large")


QUERIES = {
    "service missing": ("", "service"),
    "unknown parameter": ("service={s}&x=1", "x"),
    "given twice": ("service={s}&days=1&days=2", "days"),
    "days is nought": ("service={s}&days=0", "days"),
    "days beyond two months": ("service={s}&days=63", "days"),
    "days is a fraction": ("service={s}&days=1.5", "days"),
    "days is endless": ("service={s}&days=" + "9" * 400, "days"),
    "from is no date": ("service={s}&from=tomorrow", "from"),
    "from is the 30th of February": ("service={s}&from=2030-02-30", "from"),
    "from is the end of time": ("service={s}&from=9999-12-31", "from"),
    "from is an instant": ("service={s}&from=2030-03-25T10:00:00Z", "from"),
    "zone unknown": ("service={s}&tz=Mars/Olympus", "tz"),
    "calendar is no UUID": ("service={s}&calendar=1", "calendar"),
    "service with a null character": ("service=%00", "service"),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_bad_query_is_named_in_a_422(name: str, client: FlaskClient) -> None:
    """For the week grid, which reads its query by itself for speed."""
    query, field = QUERIES[name]
    response = client.get("/api/v1/practices/top-hearing/slots?" + query.format(s=examples.SERVICE_ID))
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid")
    assert response.get_json()["errors"][field]


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_empty_switch_a_channel_off_alike(
    nothing: str | None, stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """D1, A10: what is left out is off, too; what is no address is refused."""
    path = f"/api/v1/calendars/{examples.CALENDAR_ID}/notifications"
    off = {"email": None, "phone": None, "copy_to": None}
    stage.rpc.answers["notify.update_notification_settings"] = {**off, "version": 1}
    assert client.put(path, json={"email": nothing, "phone": nothing}, headers=bearer).status_code == 200
    assert stage.rpc.calls[-1][1] == {"calendar": examples.CALENDAR_ID, **off}
    refused = client.put(path, json={"email": "anna", "phone": "call me", "copy_to": " "}, headers=bearer)
    assert set(refused.get_json()["errors"]) == {"email", "phone", "copy_to"}


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_empty_take_a_practices_number_and_copies_away_alike(
    nothing: str | None, stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """What is left out stays; what the practice answers may be sent back."""
    stage.rpc.answers["practice.update"] = {"version": 1}
    sent = {"copy_to": nothing, "phone": nothing}
    assert client.patch("/api/v1/practice", json=sent, headers=bearer).status_code == 200
    assert stage.rpc.calls[-1][1] == {"copy_to": None, "phone": ""}
    assert client.patch("/api/v1/practice", json={"name": "Neu"}, headers=bearer).status_code == 200
    assert stage.rpc.calls[-1][1] == {"name": "Neu"}
    refused = client.patch("/api/v1/practice", json={"phone": "call me", "copy_to": " "}, headers=bearer)
    assert set(refused.get_json()["errors"]) == {"phone", "copy_to"}


HOURS = {
    "ends before it starts": {"monday": [{"from": "12:00", "to": "09:00"}]},
    "overlap": {"monday": [{"from": "09:00", "to": "12:00"}, {"from": "11:00", "to": "13:00"}]},
    "no time": {"monday": [{"from": "9", "to": "12:00"}]},
    "25 o'clock": {"monday": [{"from": "09:00", "to": "25:00"}]},
    "no weekday": {"someday": []},
}


@pytest.mark.parametrize("name", HOURS)
def test_impossible_working_hours_are_refused(name: str, client: FlaskClient, bearer: dict[str, str]) -> None:
    """Wall times of a day in order, without overlap."""
    response = client.put(f"/api/v1/calendars/{examples.CALENDAR_ID}/hours", json=HOURS[name], headers=bearer)
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/practices/Top-Hearing",
        "/api/v1/practices/%00",
        "/api/v1/practices/" + "x" * 100,
        "/api/v1/manage/short",
        "/api/v1/manage/" + "%F0%9F%98%80" * 22,
        "/api/v1/nowhere",
    ],
)
def test_an_address_that_cannot_exist_is_not_found(path: str, stage: Stage, client: FlaskClient) -> None:
    """No service is bothered with it."""
    response = client.get(path)
    assert (response.status_code, response.get_json()["code"]) == (404, "not_found")
    assert stage.rpc.calls == []


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    """405 with Allow."""
    response = client.delete("/api/v1/inbox")
    assert (response.status_code, response.get_json()["code"]) == (405, "method_not_allowed")
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("key", ["", "x" * 201, "schlüssel".encode().decode("latin-1"), "a\tb"])
def test_a_bad_idempotency_key_is_refused(key: str, client: FlaskClient) -> None:
    """Plain printable text, 200 characters at most."""
    response = client.post(BOOK, json=GOOD, headers={"Idempotency-Key": key})
    assert (response.status_code, response.get_json()["code"]) == (422, "invalid")


LANGUAGES = {
    "de": ("Einige Angaben sind nicht gültig", "Diese Angabe fehlt.", "Die Länge muss zwischen 1 und 100 liegen."),
    "en": ("Some entries are not valid", "Missing data for required field.", "Length must be between 1 and 100."),
    "fr": (
        "Certaines saisies ne sont pas valides",
        "Cette information est obligatoire.",
        "La longueur doit être comprise entre 1 et 100.",
    ),
    "ru": ("Некоторые данные указаны неверно", "Это поле обязательно.", "Длина должна быть от 1 до 100."),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_errors_speak_the_readers_language(language: str, client: FlaskClient) -> None:
    """Title and texts per field; numbers stay."""
    title, missing, long = LANGUAGES[language]
    body = {**customer(last_name="x" * 101), "start": None}
    del body["service"]
    response = client.post(BOOK, json=body, headers={"Accept-Language": f"{language}, xx;q=0.5"})
    problem = response.get_json()
    assert problem["title"] == title
    assert problem["errors"]["service"] == [missing]
    assert problem["errors"]["customer"]["last_name"] == [long]
    assert response.headers["Content-Language"] == language


def test_what_is_typed_reaches_booking_trimmed_and_whole(stage: Stage, client: FlaskClient) -> None:
    """Umlauts composed, instants in UTC, the rest as it was."""
    body = customer(first_name="  Ju\u0308rgen ")
    assert client.post(BOOK, data=json.dumps(body), content_type="application/json").status_code == 201
    sent = stage.rpc.calls[-1][1]
    assert sent["customer"]["first_name"] == "Jürgen"
    assert sent["start"] == "2030-03-25T09:00:00+00:00"
    assert sent["practice_id"] == examples.PRACTICE_ID


def test_an_oversized_body_is_refused_even_where_nobody_reads_it(client: FlaskClient) -> None:
    """A GET with a body, too."""
    response = client.get(SLOTS, data=b"x" * 70_000, content_type="application/json")
    assert (response.status_code, response.get_json()["code"]) == (413, "too_large")
