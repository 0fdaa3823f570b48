"""Every sentence of the pages exists in every language, with the same placeholders and the right plural forms."""

import re
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from runtime.i18n import LOCALES

HOME = Path(__file__).parents[2]
PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
SAME_ON_PURPOSE = {"Website", "Terminfluss"}


def said() -> set[str]:
    """The message ids that templates and page modules use (of a plural its singular)."""
    found = [m for file in sorted(HOME.glob("pages/**/*.py")) for _, m, *_ in extract_from_file("python", str(file))]
    for file in sorted(HOME.glob("templates/**/*.html")):
        with file.open("rb") as source:
            found += [m for _, _, m, _ in babel_extract(source, ("_", "gettext", "ngettext"), [], {})]
    return {m if isinstance(m, str) else str(m[0]) for m in found}


def catalogs(locale: str) -> list[Catalog]:
    """The catalogs of one language: the oldest, and one for each area."""
    found = []
    for file in sorted(HOME.glob(f"translations/**/{locale}.po")):
        with file.open("rb") as source:
            found.append(read_po(source, locale=locale))
    return found


def messages(locale: str) -> list[Message]:
    """Every message of one language."""
    return [message for catalog in catalogs(locale) for message in catalog if message.id]


def strings(message: Message) -> list[str]:
    """Every form of the translation."""
    return [message.string] if isinstance(message.string, str) else list(message.string)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_catalog_holds_exactly_what_the_pages_say(locale: str) -> None:
    """Nothing missing, nothing left over."""
    known = [m.id if isinstance(m.id, str) else m.id[0] for m in messages(locale)]
    assert sorted(known) == sorted(said())  # and nothing in two areas


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_left_empty_and_every_placeholder_stays(locale: str) -> None:
    """Each plural form counts."""
    plurals = catalogs(locale)[0].num_plurals
    for message in messages(locale):
        source = message.id if isinstance(message.id, str) else message.id[1]
        forms = strings(message)
        assert len(forms) == (1 if isinstance(message.id, str) else plurals)
        for form in forms:
            assert form.strip(), f"{locale}: {source!r} is empty"
            lost = set(PLACEHOLDER.findall(source)) ^ set(PLACEHOLDER.findall(form))
            assert not lost or (lost == {"%(num)s"} and len(forms) > 1), f"{locale}: {source!r} differs by {lost}"


@pytest.mark.parametrize("locale", ["de", "fr", "ru"])
def test_sentences_are_translated_not_copied(locale: str) -> None:
    """A forgotten translation looks like its English original."""
    copied = {m.id for m in messages(locale) if isinstance(m.id, str) and " " in m.id and m.string == m.id}
    assert copied <= SAME_ON_PURPOSE
