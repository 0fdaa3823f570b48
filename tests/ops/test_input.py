"""What is wrong with what was typed or set is said in one line, before anything is done."""

import pytest

from deploy import cli
from tests.ops.conftest import OTHERS

BROKER = {"AMQP_URI": "amqp://guest:guest@127.0.0.1:1/x"}
DATABASE = {"DATABASE_URL": "postgresql+psycopg2://nobody@127.0.0.1:1/x"}
SINCE = ["--since", "2031-03-05T12:00:00Z"]
REPLAY = ["ops", "replay", "--service", "booking"]
PRACTICE = ["practice", "add", "--slug", "s", "--name", "n", "--email", "a@b.example", "--owner-email", "a@b.example"]
QUEUE = "evt-booking-appointment.booked--notify.appointment_changed"

WRONG: list[tuple[list[str], dict[str, str], str]] = [
    (["ops"], {}, "SUBJECT"),
    (["ops", "parked", "list", "--service", "kitchen"], BROKER, "kitchen"),
    (["ops", "parked", "replay"], BROKER, "--all"),
    (["ops", "parked", "list"], {"TERMINFLUSS_HOME": "/nowhere"}, "TERMINFLUSS_HOME is wrong: /nowhere"),
    (["ops", "parked", "list"], {"AMQP_URI": "localhost"}, "AMQP_URI is wrong"),
    (["ops", "parked", "list"], DATABASE, "AMQP_URI is wrong, or not set"),
    (["ops", "outbox"], DATABASE, "--service is needed"),
    (["ops", "outbox"], BROKER, "DATABASE_SERVER is not set"),
    (["ops", "outbox"], {"DATABASE_SERVER": "postgres"}, "DATABASE_SERVER is wrong"),
    ([*REPLAY, "--since", "yesterday"], DATABASE, "'yesterday'"),
    ([*REPLAY, "--since", "2031-03-05T12:00:00"], DATABASE, "instant with an offset"),
    ([*REPLAY, *SINCE, "--to", "elsewhere"], DATABASE, "nobody reads booking's events from elsewhere"),
    ([*REPLAY, *SINCE, "--to", QUEUE, "--type", "slot.held"], DATABASE, "takes appointment.booked only"),
    (PRACTICE, BROKER, "IDENTITY_KEY is wrong, or not set"),
    (PRACTICE, {**BROKER, "IDENTITY_KEY": "short"}, "IDENTITY_KEY is wrong"),
]
AWAY: list[tuple[list[str], dict[str, str], str]] = [
    (["ops", "parked", "list"], BROKER, "parking queue"),
    (["ops", "outbox", "--service", "booking"], DATABASE, "database"),
    ([*REPLAY, *SINCE], DATABASE, "database"),
]


def ends(words: list[str], monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> int | str | None:
    """Type this under these settings; the exit code."""
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    return ended.value.code


@pytest.mark.parametrize(("words", "settings", "complaint"), WRONG)
def test_wrong_input_ends_with_2(
    words: list[str],
    settings: dict[str, str],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One line that names the option or the variable."""
    assert ends(words, monkeypatch, settings) == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(("words", "settings", "complaint"), AWAY)
def test_what_cannot_be_reached_ends_with_1(
    words: list[str],
    settings: dict[str, str],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The input was right."""
    assert ends(words, monkeypatch, settings) == 1
    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1
