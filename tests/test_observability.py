"""Dashboard, rules and scrape jobs speak of metrics and parts that there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.house import SERVICES
from deploy.locks import ROOT

FOLDER = ROOT / "deploy" / "observability"
CODE = [*(ROOT / "services").glob("*/*/**/*.py"), *(ROOT / "gateway").rglob("*.py")]
MADE = re.compile(r'\b(histogram|counter|gauge|counted)\(\s*"(\w+)"')
SUFFIXES = {
    "histogram": ("_bucket", "_count", "_sum"),
    "counter": ("_total",),
    "counted": ("_total",),
    "gauge": ("",),
}
NAMED = re.compile(r"terminfluss_\w+")


def series() -> set[str]:
    """The name of every series that the code can make."""
    made = {found for file in CODE if "tests" not in file.parts for found in MADE.findall(file.read_text())}
    return {f"terminfluss_{name}{suffix}" for kind, name in made for suffix in SUFFIXES[kind]}


def bases() -> set[str]:
    return {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in series()}


def expressions() -> dict[str, str]:
    """Every query of the dashboard and of the rules."""
    dashboard: dict[str, Any] = json.loads((FOLDER / "grafana-dashboard.json").read_text())
    rules: dict[str, Any] = yaml.safe_load((FOLDER / "rules.yml").read_text())
    found = {panel["title"]: target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())}
    return found | {rule["alert"]: rule["expr"] for group in rules["groups"] for rule in group["rules"]}


@pytest.mark.parametrize(("name", "query"), expressions().items())
def test_a_query_names_metrics_that_there_are(name: str, query: str) -> None:
    """A panel without data, or an alert that never comes, looks like good news."""
    assert set(NAMED.findall(query)) <= series()


def test_every_metric_has_its_panel_and_its_line_in_the_docs() -> None:
    """What nobody looks at need not be measured."""
    shown = {name for query in expressions().values() for name in NAMED.findall(query)}
    assert {base for base in bases() if not any(name.startswith(base) for name in shown)} == set()
    told = (ROOT / "docs" / "observability.md").read_text()
    assert {base for base in bases() if f"`{base}" not in told} == set()


def test_alerts_that_list_parts_list_every_part() -> None:
    """One that was forgotten would fail unseen."""
    rules = {name: query for name, query in expressions().items() if "up{" in query}
    listed = {
        alert: {part for found in re.findall(r'job=~?"([^"]+)"', query) for part in found.split("|")}
        for alert, query in rules.items()
    }
    services = {service.name for service in SERVICES}
    assert listed == {
        "PartDown": {*services, "gateway"},
        "PartMissing": {*services, "gateway"},
        "OutboxUnseen": services,
    }


def test_a_cluster_gets_the_same_rules() -> None:
    """In the Prometheus operator's form; whoever changes one file changes the other."""
    rules = yaml.safe_load((FOLDER / "rules.yml").read_text())
    cluster = yaml.safe_load((ROOT / "deploy/kubernetes/components/monitoring/rules.yaml").read_text())
    assert cluster["spec"] == rules


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    """Grafana shows one of two with the same number."""
    panels = json.loads((FOLDER / "grafana-dashboard.json").read_text())["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    covered = [
        (place["x"] + right, place["y"] + down)
        for place in (panel["gridPos"] for panel in panels)
        for right in range(place["w"])
        for down in range(place["h"])
    ]
    assert len(set(covered)) == len(covered)
    assert max(x for x, _ in covered) < 24


def test_every_part_is_scraped_and_traced() -> None:
    """In the compose file for looking at it all, under its own name."""
    parts = {*(service.name for service in SERVICES), "gateway"}
    compose = yaml.safe_load((ROOT / "docker-compose.observability.yml").read_text())["services"]
    assert {
        name for name, part in compose.items() if "OTEL_EXPORTER_OTLP_ENDPOINT" in part.get("environment", ())
    } == parts
    jobs = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
    assert {
        (job["job_name"], target) for job in jobs for one in job["static_configs"] for target in one["targets"]
    } == {(part, f"{part}:9000") for part in parts}


def test_what_is_mounted_is_there() -> None:
    """A missing file would be mounted as an empty folder."""
    compose = yaml.safe_load((ROOT / "docker-compose.observability.yml").read_text())["services"]
    mounts = [mount for part in compose.values() for mount in part.get("volumes", ()) if mount.startswith("./")]
    assert mounts
    assert all(Path(ROOT, mount.split(":")[0]).is_file() for mount in mounts)
