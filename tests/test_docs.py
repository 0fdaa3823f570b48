"""The documentation is true: what is generated is fresh, and every link within the repository leads somewhere."""

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest

from deploy.docs import ROOT, samples, stale
from deploy.house import SERVICES, all_subscriptions

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"")
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *ROOT.glob("services/*/README.md"),
    ROOT / "gateway/README.md",
]


def test_the_generated_pages_are_fresh() -> None:
    """Settings, events, AsyncAPI, topology and what readers expect are what the code says."""
    assert [str(path.relative_to(ROOT)) for path in stale()] == [], "stale: run `make docs`"


def test_every_event_that_is_read_is_told_with_a_sample() -> None:
    """Nobody waits for an event that no service tells."""
    told = {(service.name, path.stem) for service in SERVICES for path in samples(service)}
    assert {(one.source, one.type) for one in all_subscriptions()} <= told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    """To a file or folder that exists, and to a heading that its page has."""
    assert [link for link in links(page.read_text()) if not leads(page, link)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_name_that_a_link_shows_stands_in_its_file(page: Path) -> None:
    """`[path `name`](path)`: a function or class that was renamed is renamed in the text, too."""
    shown = re.findall(r"\[`(\w+)`\]\(([^)\s#]+\.py)\)", page.read_text())
    assert [(name, path) for name, path in shown if name not in (page.parent / path).read_text()] == []


PARTS = ["Owns", "Answers", "Emits", "Reads", "Settings", "Runbook"]


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
def test_every_services_readme_answers_the_same_questions(service: str) -> None:
    """Whoever knows one of them finds their way in the others."""
    text = (ROOT / "services" / service / "README.md").read_text()
    assert sorted(set(PARTS) & set(re.findall(r"^## (.+)$", text, re.M))) == sorted(PARTS)


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
def test_every_services_package_is_described_alike(service: str) -> None:
    """The same build, the same Python, the runtime beneath, and the migrations inside."""
    described = tomllib.loads((ROOT / "services" / service / "pyproject.toml").read_text())
    runtime = tomllib.loads((ROOT / "services" / "_runtime" / "pyproject.toml").read_text())
    assert described["build-system"] == runtime["build-system"]
    assert described["project"]["requires-python"] == runtime["project"]["requires-python"]
    assert described["project"]["name"] == f"terminfluss-{service}"
    assert runtime["project"]["name"] in described["project"]["dependencies"]
    assert "migrations/**/*.py" in described["tool"]["setuptools"]["package-data"][service]


def links(text: str) -> list[str]:
    """The targets of all links and pictures that stay in the repository."""
    found = ["".join(groups) for groups in LINK.findall(text)]
    return [link for link in found if "://" not in link and not link.startswith("mailto:")]


def leads(page: Path, link: str) -> bool:
    """Whether the target is there, with its heading."""
    path, _, heading = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.exists() and (not heading or heading in headings(target.read_text()))


def headings(text: str) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    return {anchor(line.lstrip("# ")) for line in text.splitlines() if line.startswith("#")}


def anchor(heading: str) -> str:
    """Lower case, without punctuation, with hyphens for spaces."""
    kept = [c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LN"]
    return "".join(kept).replace(" ", "-")
