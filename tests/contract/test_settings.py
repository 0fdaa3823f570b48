"""A wrong setting of any service, or of the gateway, stops the start with one line that names it."""

import os
import re
import socket
import subprocess
import sys
from dataclasses import MISSING, fields
from typing import Any

import pytest

from deploy.house import SERVICES
from gateway.settings import GatewaySettings
from runtime.settings import WrongSetting, read
from runtime.testing import SEED

CLASSES: dict[str, Any] = {**{service.name: service.settings for service in SERVICES}, "gateway": GatewaySettings}
RIGHT = {
    "DATABASE_URL": "sqlite:///nowhere.db",
    "AMQP_URI": "amqp://guest:guest@127.0.0.1:1/none",
    "IDENTITY_KEY": SEED,
    "IDENTITY_KEYS": "{}",
    "LINK_KEY": "a key of the tests",
    "SECRET_KEY": "s" * 32,
}
NUMBER = ("", "many", "-1", "nan")
WRONG = {
    "DATABASE_URL": ("", "nonsense", "mysql://127.0.0.1/booking"),
    "AMQP_URI": ("nonsense", "http://127.0.0.1", "amqp://", "amqp://x@127.0.0.1", "amqp://x:y@127.0.0.1:many"),
    "IDENTITY_KEY": ("", "short", "A" * 44, "ä" * 43),
    "IDENTITY_KEYS": ("", "{", "[]", '"text"', '{"practice": 1}', '{"practice": "short"}'),
    "PUBLIC_URL": ("", "termine.example", "ftp://termine.example", "https://"),
    "LINK_KEY": ("short",),
    "LOG_LEVEL": ("", "LOUD", "info"),
    "LOOPS_IN_WORKER": ("", "perhaps"),
    "HEALTH_PORT": (*NUMBER, "65536"),
    "HOLD_MINUTES": (*NUMBER, "0"),
    "MAX_HOLD_EXTENSIONS": NUMBER,
    "INVITATIONS_DAILY_LIMIT": (*NUMBER, "0"),
    "INVITATIONS_ADDRESS_LIMIT": (*NUMBER, "0"),
    "SWEEP_SECONDS": (*NUMBER, "0"),
    "TURN_URL": ("nonsense", "http://relay.example"),
    "ICE_POLICY": ("", "none", "relay"),
    "SMTP_URL": ("mail.example", "http://mail.example", "smtp://", "smtp://u:p@mail.example:many", "smtp://mail:65536"),
    "MAIL_FROM": ("", "termine", "Termine <termine@practice.example>"),
    "BOUNCE_DOMAIN": ("bounces@practice.example", "smtp://bounces.example"),
    "BOUNCE_LISTEN": ("127.0.0.1:24", "imap://127.0.0.1", "lmtp://127.0.0.1:many"),
    "BOUNCE_IMAP_URL": ("mail.example", "http://mail.example"),
    "SMTP_TIMEOUT": (*NUMBER, "0"),
    "TWILIO_API_BASE": ("api.example", "ftp://api.example"),
    "SMS_WEBHOOK_URL": ("sms.example", "ftp://sms.example"),
    "SMS_WEBHOOK_NAME": ("", "a/b"),
    "SMS_DAILY_LIMIT": NUMBER,
    "SMS_TIMEOUT": (*NUMBER, "0"),
    "SENDERS": (*NUMBER, "0"),
    "RETRY_BASE": (*NUMBER, "0"),
    "PORT": (*NUMBER, "65536"),
    "SECRET_KEY": ("", "short"),
    "RATE_LIMITS": ("read=fast", "reed=1/s"),
    "TRUSTED_PROXIES": NUMBER,
    "DEV_PAGES": ("", "perhaps"),
    "SELF_REGISTRATION": ("", "perhaps"),
    "SLOTS_TTL": (*NUMBER, "0"),
    "REQUEST_TIMEOUT": (*NUMBER, "0"),
    "WEB_WORKERS": (*NUMBER, "0"),
    "WEB_THREADS": (*NUMBER, "0"),
    "LIVE_STREAMS": NUMBER,
    "LIVE_THREADS": NUMBER,
    "OPERATOR_PASSWORD": ("short",),
    "OPERATOR_AMQP_URI": ("nonsense", "amqp://operator@127.0.0.1"),
    "OTEL_EXPORTER_OTLP_ENDPOINT": ("", "collector:4318", "ftp://collector"),
    "METRICS_PORT": (*NUMBER, "65536"),
}
ANY_TEXT = {
    *("HOST", "METRICS_HOST", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"),
    *("TURN_SECRET", "SMS_WEBHOOK_SECRET"),
}
NAMES = {name: {field.metadata["env"]: field for field in fields(kind)} for name, kind in CLASSES.items()}
CASES = [(who, name, value) for who, known in NAMES.items() for name in known for value in WRONG.get(name, ())]


def test_every_setting_that_can_be_wrong_is_tried() -> None:
    """A new one needs its wrong values here."""
    assert {name for known in NAMES.values() for name in known} == set(WRONG) | ANY_TEXT


@pytest.mark.parametrize(("who", "name", "value"), CASES)
def test_a_wrong_value_is_named(who: str, name: str, value: str) -> None:
    """And nothing else is."""
    with pytest.raises(WrongSetting, match=f"^{name} is wrong: "):
        read(CLASSES[who], {**RIGHT, name: value})


@pytest.mark.parametrize("who", CLASSES)
def test_a_missing_one_is_named(who: str) -> None:
    """Each that has no default."""
    read(CLASSES[who], RIGHT)
    for name in (name for name, field in NAMES[who].items() if field.default is MISSING):
        with pytest.raises(WrongSetting, match=f"^{name} is not set: "):
            read(CLASSES[who], {key: value for key, value in RIGHT.items() if key != name})


LACKING = {
    "BOUNCE_DOMAIN": ("BOUNCE_LISTEN", "lmtp://127.0.0.1:2424"),
    "TWILIO_AUTH_TOKEN": ("TWILIO_ACCOUNT_SID", "AC1"),
    "SMS_WEBHOOK_SECRET": ("SMS_WEBHOOK_URL", "https://sms.example"),
    "TURN_SECRET": ("TURN_URL", "turn:relay.example"),
}


@pytest.mark.parametrize(("missing", "given"), LACKING.items())
def test_what_does_nothing_without_another_names_that(missing: str, given: tuple[str, str]) -> None:
    """A provider without its secret would believe everybody; bounces without a domain never come."""
    name, value = given
    [who] = [who for who, known in NAMES.items() if name in known]
    with pytest.raises(WrongSetting, match=f"^{missing} is not set, but {name} is$"):
        read(CLASSES[who], {**RIGHT, name: value})


@pytest.mark.parametrize("who", ["booking", "invitations"])
def test_links_have_a_key_that_nobody_guesses(who: str) -> None:
    """An empty one is worse than none: everybody could make links."""
    with pytest.raises(WrongSetting, match=r"^LINK_KEY is wrong: use 16 characters or more$"):
        read(CLASSES[who], {**RIGHT, "LINK_KEY": ""})


def test_a_password_in_a_wrong_address_is_not_told() -> None:
    """The line goes into a log."""
    with pytest.raises(WrongSetting) as wrong:
        read(CLASSES["notify"], {**RIGHT, "SMTP_URL": "smtp://user:se/cret@mail.example"})
    assert "se" not in str(wrong.value).replace("use", "")


def start(who: str, **wrong: str) -> subprocess.CompletedProcess[str]:
    """Start it with this in its environment."""
    base = {name: value for name, value in os.environ.items() if name not in RIGHT}
    command = [sys.executable, "-W", "ignore", "-m", who, "run"]
    environ = {**base, **RIGHT, **wrong}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("who", CLASSES)
def test_the_start_ends_with_one_line(who: str) -> None:
    """No stack trace, and no process that tries for ever."""
    ended = start(who, IDENTITY_KEYS='{"practice": "short"}')
    assert (ended.returncode, ended.stderr) == (1, "IDENTITY_KEYS is wrong: use 32 bytes in base64\n")


@pytest.mark.slow
@pytest.mark.parametrize("who", CLASSES)
def test_without_a_broker_it_does_not_start(who: str) -> None:
    """Embedded mode has a program of its own."""
    ended = start(who, AMQP_URI="")
    assert ended.returncode == 1
    assert re.fullmatch(r"AMQP_URI is not set: .+\n", ended.stderr)


@pytest.mark.slow
@pytest.mark.parametrize(("who", "name"), [("booking", "HEALTH_PORT"), ("gateway", "METRICS_PORT")])
def test_a_port_that_somebody_has_is_named(who: str, name: str) -> None:
    """By the setting that says it."""
    with socket.create_server(("", 0)) as taken:
        ended = start(who, **{name: str(taken.getsockname()[1]), "METRICS_HOST": "0.0.0.0"})
    assert ended.returncode == 1
    assert re.fullmatch(rf"{name} is wrong: .+\n", ended.stderr)


@pytest.mark.slow
def test_a_host_that_there_is_not_is_named() -> None:
    """Before gunicorn tries it five times."""
    ended = start("gateway", HOST="300.1.1.1")
    assert ended.returncode == 1
    assert re.fullmatch(r"HOST is wrong: .+\n", ended.stderr)
