"""The table of errors: complete, and in four languages."""

import gettext
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

from gateway import problems
from gateway.settings import GatewaySettings
from gateway.tests.conftest import Stage
from gateway.words import fields as field_words
from runtime.errors import Refused, Unavailable
from runtime.i18n import LOCALES

ROOT = Path(__file__).parents[2]
SOURCES = [p for p in (ROOT / "services").glob("*/*/**/*.py") if "/tests/" not in str(p)]
CODE = re.compile(r'(?:^    code = |Refused\()"([a-z_]+)"', re.MULTILINE)
MESSAGE = re.compile(r'(?:ValidationError\(|error=|^NO_\w+ = |, ")f?"?([A-Z][^"]+\.)"', re.MULTILINE)
SAID = re.compile(r'(?:ValidationError\(|error=|^ *[A-Z_]+ = )f?"([A-Z][^"]+\.)"', re.MULTILINE)  # outside contracts
BORDER = [*(ROOT / "gateway" / "api").glob("*.py"), *(p for p in SOURCES if "domain" in str(p))]
DESCRIBING = {"registry", "schemas"}  # modules and packages of contracts: what stands there is documentation
NEVER_SENT = {"error"}  # the base class of a service's errors


def codes() -> set[str]:
    """Every error code that a service's source names."""
    return {code for source in SOURCES for code in CODE.findall(source.read_text())} - NEVER_SENT


def test_every_code_of_a_service_is_in_the_table() -> None:
    """A new error needs words for people before it can land."""
    assert len(codes()) > 10
    assert codes() <= set(problems.KINDS) | set(problems.ALIASES)


def texts() -> set[str]:
    """Every text of the table, and every template of a field's error."""
    found = {text for kind in problems.KINDS.values() for text in (kind.title, kind.detail)}
    found |= {text for k in problems.KINDS.values() for group in k.details.values() for text in group.values()}
    return found | set(field_words.TEMPLATES)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_catalog_is_complete(locale: str) -> None:
    """Every text has words, with the same placeholders; no catalog keeps what nobody says any more."""
    file = ROOT / "gateway" / "words" / "problems" / f"{locale}.po"
    catalog = {str(m.id): str(m.string) for m in read_po(file.open("rb")) if m.id}
    assert set(catalog) == texts()
    for id, string in catalog.items():
        assert string, id
        assert sorted(re.findall(r"{\w+}", id)) == sorted(re.findall(r"{\w+}", string)), id
        assert locale == "en" or id != string


def _judges(source: Path) -> bool:
    """Whether what people enter is judged there."""
    contracts = "contracts" in source.parts and not DESCRIBING & {source.stem, source.parent.name}
    return (contracts or source.match("runtime/fields.py")) and "notify" not in source.parts


def test_what_is_said_about_fields_is_translated() -> None:
    """Sentences for a field in a service's contracts and rules and in our own schemas stand in our templates."""
    said = set()
    for source in SOURCES:
        if _judges(source):
            said |= set(MESSAGE.findall(source.read_text()))
    for source in BORDER:
        if "notify" not in str(source):
            said |= set(SAID.findall(source.read_text()))
    samples = {re.sub(r"{[^}]+}", "5", sentence) for sentence in said if not sentence.startswith("ISO ")}
    assert len(samples) > 10
    marker = gettext.NullTranslations()
    marker.gettext = lambda text: "known"  # type: ignore[method-assign]
    assert {s for s in samples if field_words.word(s, marker) != "known"} == set()


def test_a_number_in_a_text_stays() -> None:
    """The longer template wins where two fit."""
    german = problems.words["de"]
    assert field_words.word("Must be less than or equal to 62.", german) == "Höchstens 62."
    assert field_words.word("Length must be between 1 and 9.", german) == "Die Länge muss zwischen 1 und 9 liegen."


def test_what_notify_has_worded_itself_passes_as_it_is() -> None:
    """It speaks the caller's language already."""
    assert field_words.word("Der Platzhalter {x} fehlt.", problems.words["de"]) == "Der Platzhalter {x} fehlt."


FACTS: list[tuple[Exception, int, dict[str, Any]]] = [
    (Refused("slot_taken", {"alternatives": [{"start": "x"}]}), 409, {"alternatives": [{"start": "x"}]}),
    (Refused("slot_not_offered", {"reason": "past"}), 409, {"reason": "past", "detail": "This time has passed."}),
    (Refused("limit_reached", {"per": "week"}), 409, {"per": "week"}),
    (Refused("too_many_attempts", {"retry_after": 60}), 429, {"retry_after": 60}),
    (Refused("invalid", {"errors": {"start": ["Must be a whole minute."]}}), 422,
     {"errors": {"start": ["Must be a whole minute."]}}),
    (Refused("deadline_exceeded"), 503, {"code": "unavailable"}),
    (Refused("unknown_method"), 503, {"code": "unavailable"}),
    (Unavailable("away"), 503, {"code": "unavailable"}),
    (Refused("internal", {"trace": "t", "secret": "s"}), 500, {"code": "internal", "trace": "t"}),
    (Refused("nobody_knows"), 500, {"code": "internal"}),
    (ZeroDivisionError("a bug"), 500, {"code": "internal"}),
]  # fmt: skip


@pytest.mark.parametrize(("error", "status", "members"), FACTS, ids=lambda value: str(value)[:40])
def test_a_refusal_becomes_a_problem(error: Exception, status: int, members: dict[str, Any], stage: Stage) -> None:
    """Status and the facts that a client may know, nothing else."""
    stage.rpc.answers["booking.hold"] = error
    body = {"service": "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a03", "start": "2030-03-25T10:00:00+01:00"}
    response = stage.client().post("/api/v1/practices/top-hearing/holds", json=body, headers={"Accept-Language": "en"})
    problem = response.get_json()
    assert response.status_code == problem["status"] == status
    assert members.items() <= problem.items()
    assert "secret" not in problem
    assert ("Retry-After" in response.headers) == (status in (429, 503))


def test_every_setting_is_documented() -> None:
    """A variable of its own and a sentence for each."""
    named = [f.metadata["env"] for f in fields(GatewaySettings)]
    assert len(named) == len(set(named))
    assert all(f.metadata["help"] for f in fields(GatewaySettings))
    readme = (ROOT / "gateway" / "README.md").read_text()
    assert [name for name in named if f"`{name}`" not in readme] == []


def test_a_fact_never_takes_the_place_of_what_every_problem_says() -> None:
    """A service may call a fact `status` or `title`; the document's are the answer's own."""
    facts = {"status": "deleted", "title": "x", "from": "deleted", "action": "end"}
    document = problems.describe(Refused("invalid_transition", facts), "en").document
    assert (document["status"], document["from"], document["action"]) == (409, "deleted", "end")
    assert document["title"] == "Not possible in this state"
    for kind in problems.KINDS.values():
        assert not {"type", "title", "status", "detail", "code"} & set(kind.members)
