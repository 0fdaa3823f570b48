"""Who is asking: bearer tokens, the web session, its CSRF token; and what every answer carries."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from gateway import session
from gateway.api import examples
from gateway.clients import Practice
from gateway.revoked import Revoked
from gateway.tests.conftest import NOW, Stage, signed_in, stage_with, token
from runtime.errors import Refused, Unavailable
from runtime.ids import new_id
from runtime.testing import SEED, Signer

PRACTICE = "/api/v1/practice"


def put_cookie(stage: Stage, data: dict[str, Any]) -> tuple[FlaskClient, str]:
    """A browser that has signed in, and the CSRF token of its pages."""
    client = stage.client()
    with stage.app.test_request_context():
        session.begin(data)
        csrf = session.csrf_token()
        header = session.send(Flask.response_class()).headers["Set-Cookie"]
    name, _, value = header.partition(";")[0].partition("=")
    client.set_cookie(name, value)
    return client, csrf


def test_a_bearer_token_admits(client: FlaskClient, bearer: dict[str, str], stage: Stage) -> None:
    """And goes on to the service as the caller's identity."""
    assert client.get(PRACTICE, headers=bearer).status_code == 200
    assert stage.rpc.headers["identity"] == bearer["Authorization"].removeprefix("Bearer ")


BAD_TOKENS = {
    "no token": "Bearer",
    "another scheme": "Basic ZGVtbzpkZW1v",
    "nonsense": "Bearer x.y.z",
    "expired": f"Bearer {token(at=NOW - timedelta(minutes=11))}",
    "from the future": f"Bearer {token(at=NOW + timedelta(hours=1))}",
    "a service's": f"Bearer {Signer('booking', SEED).service_token(NOW)}",
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_a_bad_token_is_refused(name: str, client: FlaskClient) -> None:
    """401, and how to do better."""
    response = client.get(PRACTICE, headers={"Authorization": BAD_TOKENS[name]})
    assert (response.status_code, response.get_json()["code"]) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_session_reads_without_and_writes_with_its_csrf_token(stage: Stage) -> None:
    """A foreign page can make a browser send the cookie, but does not know the token."""
    client, csrf = put_cookie(stage, signed_in())
    assert client.get(PRACTICE).status_code == 200
    change: dict[str, Any] = {"json": {"show_prices": False}}
    for headers in ({}, {"X-CSRF-Token": "x"}, {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "cross-site"}):
        assert client.patch(PRACTICE, headers=headers, **change).get_json()["code"] == "csrf_failed"
    assert stage.rpc.count("practice.update") == 0
    assert client.patch(PRACTICE, headers={"X-CSRF-Token": csrf}, **change).status_code == 200


def test_an_expired_access_token_is_refreshed_once(stage: Stage) -> None:
    """The new one is in the new cookie."""
    client, _ = put_cookie(stage, signed_in())
    stage.clock.forward(minutes=11)
    stage.rpc.answers["practice.refresh"] = signed_in(at=stage.clock())
    assert client.get(PRACTICE).status_code == 200
    assert client.get(PRACTICE).status_code == 200
    assert stage.rpc.count("practice.refresh") == 1


def test_while_practice_is_away_a_token_is_good_to_its_end(stage: Stage) -> None:
    """It would be renewed half a minute before; when that is not possible the old one counts, and then 503, not 401."""
    client, _ = put_cookie(stage, signed_in())
    stage.rpc.answers["practice.refresh"] = Unavailable("away")
    stage.clock.forward(minutes=9, seconds=45)
    assert client.get("/api/v1/inbox").status_code == 200
    stage.clock.forward(seconds=30)
    assert client.get("/api/v1/inbox").status_code == 503


def test_a_session_that_was_ended_elsewhere_is_over(stage: Stage) -> None:
    """401, and the cookie goes."""
    client, _ = put_cookie(stage, signed_in())
    stage.clock.forward(minutes=11)
    stage.rpc.answers["practice.refresh"] = Refused("unauthorized")
    response = client.get(PRACTICE)
    assert response.status_code == 401
    assert "Max-Age=0" in response.headers["Set-Cookie"]


def test_a_forged_cookie_admits_nobody(stage: Stage) -> None:
    """It is signed."""
    client = stage.client()
    client.set_cookie("session", "eyJzZXNzaW9uIjoieCJ9.c2lnbmF0dXJl")
    assert client.get(PRACTICE).status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_plain_http() -> None:
    """HttpOnly, Lax; with https also Secure, and bound to the host."""
    stage = stage_with(public_url="https://termine.example")
    with stage.app.test_request_context():
        session.begin(signed_in())
        header = session.send(Flask.response_class()).headers["Set-Cookie"]
    assert header.startswith("__Host-session=")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(header.split("; "))


def test_a_session_revoked_anywhere_is_refused_at_once(stage: Stage) -> None:
    """By event: a sign-out on another device, or through another replica, ends access tokens before their time."""
    client, _ = put_cookie(stage, signed_in())
    mine, others = ({"Authorization": f"Bearer {token(session=id)}"} for id in ("s1", "s2"))
    assert stage.client().get(PRACTICE, headers=mine).status_code == 200
    stage.tell("session.revoked", session="s1", user="u1")
    answer = stage.client().get(PRACTICE, headers=mine)
    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthorized")
    assert client.get(PRACTICE).status_code == 401
    assert stage.client().get(PRACTICE, headers=others).status_code == 200


def test_a_gap_in_the_events_forgets_no_revocation(stage: Stage) -> None:
    """Caches are cleared then; this is no cache."""
    stage.tell("session.revoked", session="s1", user="u1")
    stage.listener.on_gap()
    assert stage.client().get(PRACTICE, headers={"Authorization": f"Bearer {token()}"}).status_code == 401


def test_revocations_are_remembered_while_a_token_can_live(stage: Stage) -> None:
    """Ten minutes; then no token of the session is left, and the memory does not grow."""
    revoked = Revoked()
    revoked.add("s1", NOW)
    revoked.add("late", NOW - timedelta(minutes=11))
    assert revoked.has("s1", NOW + timedelta(minutes=9, seconds=59))
    assert not revoked.has("late", NOW)
    for number in range(50):
        revoked.add(f"n{number}", NOW + timedelta(minutes=11))
    assert len(revoked) == 50


def test_revoking_ends_the_session_and_drops_the_cookie(stage: Stage) -> None:
    """With the cookie only with its CSRF token; with the session in the body by itself."""
    client, csrf = put_cookie(stage, signed_in())
    assert client.post("/api/v1/auth/revoke").status_code == 403
    done = client.post("/api/v1/auth/revoke", headers={"X-CSRF-Token": csrf})
    assert (done.status_code, stage.rpc.calls[-1]) == (
        204,
        ("practice.sign_out", {"session": examples.SIGNED_IN["session"]}),
    )
    assert client.get(PRACTICE).status_code == 401
    assert stage.client().post("/api/v1/auth/revoke").status_code == 401


def test_the_address_of_a_sign_in_reaches_practice_through_trusted_proxies_only() -> None:
    """It throttles by it; without TRUSTED_PROXIES the header is anybody's word."""
    for trusted, address in ((0, "127.0.0.1"), (1, "203.0.113.9")):
        stage = stage_with(trusted_proxies=trusted)
        stage.client().post("/api/v1/auth/token", json=examples.CREDENTIALS, headers={"X-Forwarded-For": "203.0.113.9"})
        assert stage.rpc.calls[-1][1]["address"] == address


def test_guesses_from_one_ipv6_network_count_as_one_guesser() -> None:
    """Whoever has a /48 has 65,536 networks; practice throttles by what it is told here."""
    asked: list[Any] = []
    practice = Practice(lambda service, method, payload, *more: asked.append(payload["address"]) or {})
    for address in ("2001:db8:1:2::5", "2001:db8:1:ffff:9:8:7:6", "203.0.113.9", "::ffff:203.0.113.9"):
        practice.sign_in("a@b.example", "x", address)
    practice.confirm("t", "x", "2001:db8::5")
    practice.change_password("x", "y", "2001:db8:0:5::")
    assert asked == [*["2001:db8:1"] * 2, "203.0.113.9", "::ffff:203.0.113.9", *["2001:db8:0"] * 2]


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    """Also errors; scripts and styles come from us only, nobody frames us."""
    for path in ("/healthz", "/api/docs", "/api/v1/nowhere"):
        headers = client.get(path).headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert len(headers["X-Request-Id"]) == 32
        assert "Strict-Transport-Security" not in headers
    secure = stage_with(public_url="https://termine.example").client()
    assert "max-age" in secure.get("/healthz").headers["Strict-Transport-Security"]


def test_a_trace_runs_through(stage: Stage, client: FlaskClient) -> None:
    """From the client's traceparent to the service, in the answer's X-Request-Id."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = client.get("/api/v1/practices/top-hearing", headers={"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert answer.headers["X-Request-Id"] == trace
    assert stage.rpc.headers["traceparent"].startswith(f"00-{trace}-")


def test_limits_answer_429_with_the_time_to_wait() -> None:
    """Per address and kind."""
    stage = stage_with(rate_limits="read=2/m,sign_in=1/h")
    client = stage.client()
    assert [client.get("/healthz").status_code for _ in range(3)] == [200, 200, 429]
    other = client.get("/healthz", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 200
    for status in (200, 429):
        answer = client.post("/api/v1/auth/token", json=examples.CREDENTIALS)
        assert answer.status_code == status
    assert 0 < int(answer.headers["Retry-After"]) <= 3601


def test_nobody_keeps_all_times_of_a_practice() -> None:
    """Holds and their extensions count together, by address (all of an IPv6 network) and practice."""
    stage = stage_with(rate_limits="hold=2/h")
    holds, hold = "/api/v1/practices/top-hearing/holds", examples.HOLD["hold"]

    def status(path: str, address: str, body: Any = None) -> int:
        return stage.client().post(path, json=body or {}, environ_overrides={"REMOTE_ADDR": address}).status_code

    assert status(holds, "2001:db8:1:2::5", examples.HOLD_REQUEST) == 201
    assert status(f"{holds}/{hold}/extend", "2001:db8:1:2::6") == 200
    assert status(holds, "2001:db8:1:2::7", examples.HOLD_REQUEST) == 429
    assert status(f"{holds}/{hold}/extend", "2001:db8:1:2::5") == 429
    assert status(holds, "192.0.2.7", examples.HOLD_REQUEST) == 201
    assert stage.rpc.count("booking.hold") == 2
    stage.rpc.answers["practice.by_slug"] = {**examples.OWN_PRACTICE, "id": new_id()}
    stage.tell("practice.changed")
    assert status(holds, "2001:db8:1:2::7", examples.HOLD_REQUEST) == 201


def test_the_public_face_shows_nothing_of_the_inside(stage: Stage, client: FlaskClient) -> None:
    """No plan, no copy address, no origins; prices only if the practice wants."""
    face = client.get("/api/v1/practices/top-hearing").get_json()
    assert not {"plan", "copy_to", "embed_origins", "show_prices"} & set(face)
    assert face["services"][0]["price"] == examples.PRICE
    stage.tell("practice.changed")
    stage.rpc.answers["practice.by_slug"] = {**examples.OWN_PRACTICE, "show_prices": False}
    assert client.get("/api/v1/practices/top-hearing").get_json()["services"][0]["price"] is None


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_a_managed_appointment_changes_nothing(method: str, stage: Stage, client: FlaskClient) -> None:
    """Mail scanners open links."""
    token = "n7Qk2vJw8sYh0bLx4dRfTg"
    for path in ("", "/cancel", "/undo", "/reschedule", "/calendar.ics"):
        client.open(f"/api/v1/manage/{token}{path}", method=method)
    assert {name for name, _ in stage.rpc.calls} <= {"booking.managed", "notify.calendar_file"}


def test_the_log_line_names_the_route_and_nobody(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """Pattern instead of path: the path holds the token."""
    caplog.set_level("INFO", "gateway.access")
    stage.client().get("/api/v1/manage/n7Qk2vJw8sYh0bLx4dRfTg?email=erika@example.org")
    [line] = [record.__dict__["facts"] for record in caplog.records if record.message == "http_request"]
    assert line["route"] == "/api/v1/manage/<token:token>"
    assert set(line) == {"method", "route", "status", "ms"}
