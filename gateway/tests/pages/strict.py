"""A page client that lets no page pass unread: each answer is parsed strictly and checked as a whole.

After the habit of GOV.UK Notify: a test that fetches a page for any reason also proves that the page has a language, a
title, one h1, headings in order, labelled inputs, unique ids, no inline style or script, and no broken anchor.
"""

import re
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from flask.testing import FlaskClient

from runtime.i18n import LOCALES

UNLABELLED = {"hidden", "submit", "button"}
HEADINGS = {f"h{n}": n for n in range(1, 7)}


class Page:
    """One answer, parsed. `status`, `location` and `text` as they came; `find`, `all`, `forms` on the tree."""

    def __init__(self, answer: Any):
        self.status, self.location, self.headers = answer.status_code, answer.headers.get("Location"), answer.headers
        self.html = answer.get_data(as_text=True)
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.tree: Element = parser.parse(self.html)
        self.mistakes = parser.errors
        self.text = re.sub(r"\s+", " ", "".join(self.tree.find("body").itertext()))  # type: ignore[union-attr]

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Every element of this tag whose attributes have these values."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [e for e in self.tree.iter(tag) if all(e.get(name) == value for name, value in wanted.items())]

    def find(self, tag: str, **attributes: str) -> Element:
        """The only such element."""
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag} {attributes}>"
        return found[0]

    @property
    def heading(self) -> str:
        return "".join(self.find("h1").itertext()).strip()

    def forms(self, method: str = "post") -> list[tuple[str, dict[str, str]]]:
        """Action and fields (with every named button's first value) of each form."""
        return [(f.get("action", ""), _fields(f)) for f in self.tree.iter("form") if f.get("method") == method]

    def form(self, ending: str) -> tuple[str, dict[str, str]]:
        """The form whose action's path ends so."""
        return next((a, f) for a, f in self.forms() if a.split("?")[0].endswith(ending))


def _fields(form: Element) -> dict[str, str]:
    fields = {}
    for e in form.iter():
        name = e.get("name")
        if not name or name in fields or (e.get("type") == "checkbox" and "checked" not in e.attrib):
            continue
        fields[name] = e.get("value") or ("" if e.tag != "textarea" else (e.text or ""))
    return fields


class StrictClient:
    """Fetches pages of the app; every page is checked before a test gets it."""

    def __init__(self, app: Flask):
        self.flask: FlaskClient = app.test_client()

    def get(self, address: str, **options: Any) -> Page:
        return self._checked(self.flask.get(address, **options))

    def post(self, address: str, data: dict[str, str] | None = None, **options: Any) -> Page:
        return self._checked(self.flask.post(address, data=data or {}, **options))

    def _checked(self, answer: Any) -> Page:
        page = Page(answer)
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            check(page)
        return page


def check(page: Page) -> None:
    """Fail with what is wrong with this page."""
    assert not page.mistakes, f"no valid HTML: {page.mistakes[0]}"
    root = page.tree
    assert root.get("lang") in LOCALES, "the page has no language"
    assert (root.findtext("head/title") or "").strip(), "the page has no title"
    assert len(page.all("h1")) == 1, "a page has one h1"
    _check_headings(root)
    ids = [e.get("id") for e in root.iter() if e.get("id")]
    assert len(ids) == len(set(ids)), f"ids occur twice: {sorted(i for i in ids if ids.count(i) > 1)}"
    _check_nothing_inline(root)
    _check_labels(root, set(ids))
    _check_references(root, set(ids))


def _check_headings(root: Element) -> None:
    levels = [HEADINGS[e.tag] for e in root.iter() if e.tag in HEADINGS]
    for before, after in pairwise(levels):
        assert after <= before + 1, f"h{before} is followed by h{after}"


def _check_nothing_inline(root: Element) -> None:
    assert not list(root.iter("style")), "inline <style>"
    for e in root.iter():
        assert "style" not in e.attrib, f"inline style on <{e.tag}>"
        assert not [name for name in e.attrib if name.startswith("on")], f"inline handler on <{e.tag}>"
        assert e.tag != "script" or (e.get("src") and not (e.text or "").strip()), "inline script"
        assert not re.match(r"(?i)\s*javascript:", e.get("href") or ""), "javascript: link"


def _check_labels(root: Element, ids: set[str | None]) -> None:
    labelled = {e.get("for") for e in root.iter("label")}
    for e in root.iter():
        if e.tag in ("input", "select", "textarea") and e.get("type") not in UNLABELLED:
            assert e.get("id") in labelled or e.get("aria-label"), f"<{e.tag} name={e.get('name')}> has no label"
        if e.tag in ("button", "a") and "href" in e.attrib | {"href": ""}:
            assert "".join(e.itertext()).strip() or e.get("aria-label"), f"<{e.tag}> without a name"
    assert labelled <= ids, f"labels of nothing: {labelled - ids}"


def _check_references(root: Element, ids: set[str | None]) -> None:
    for e in root.iter():
        for name in ("aria-describedby", "aria-labelledby"):
            assert set(e.get(name, "").split()) <= ids, f"{name} of <{e.tag}> leads nowhere"
        href = e.get("href") or ""
        assert not href.startswith("#") or href[1:] in ids, f"the link {href} leads nowhere"
