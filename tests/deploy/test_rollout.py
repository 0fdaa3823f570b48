"""`deploy/kubernetes/rollout` with a kubectl that notes what it is told; and an overlay of one's own."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.deploy.rendered import FOLDER, ROOT, kustomize

KUBECTL = """#!/bin/sh
echo "$*" >> "$NOTES"
case "$*" in *"$FAILS"*) exit 1;; esac
"""


# who answers goes before who asks
SERVICES = [
    f"serve,app.kubernetes.io/name={service}"
    for service in ("practice", "availability", "booking", "notify", "invitations")
]


def told(tmp_path: Path, fails: str = "nothing like it") -> list[str]:
    """The commands of one rollout, which ends at the one that holds `fails`."""
    program, notes = tmp_path / "kubectl", tmp_path / "notes"
    program.write_text(KUBECTL)
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "NOTES": str(notes), "FAILS": fails}
    done = subprocess.run([str(FOLDER / "rollout"), "an/overlay"], env=environment, timeout=60)
    lines = notes.read_text().splitlines()
    assert (done.returncode != 0) == any(fails in line for line in lines)
    return lines


def stages(commands: list[str]) -> list[str]:
    return [line.rpartition("stage=")[2] for line in commands if line.startswith("apply -k an/overlay")]


def test_stages_follow_each_other_and_each_is_waited_for(tmp_path: Path) -> None:
    commands = told(tmp_path)
    assert stages(commands) == ["platform", "prepare", *SERVICES, "serve"]
    verbs = [re.sub(r"^--namespace terminfluss ", "", line).split()[0] for line in commands]
    assert verbs == ["apply", "wait", "wait", "wait", "delete", "apply", "wait", *["apply", "rollout"] * 6]


@pytest.mark.parametrize(
    ("fails", "reached"),
    [
        ("cluster.postgresql.cnpg.io/database", ["platform"]),
        ("rabbitmqcluster/broker", ["platform"]),
        ("condition=complete job", ["platform", "prepare"]),
        ("deployment -l app.kubernetes.io/name=availability", ["platform", "prepare", *SERVICES[:2]]),
    ],
)
def test_nothing_is_applied_after_a_stage_that_failed(tmp_path: Path, fails: str, reached: list[str]) -> None:
    assert stages(told(tmp_path, fails)) == reached


def test_the_overlay_of_ones_own_that_the_page_shows_works(tmp_path: Path) -> None:
    """Its address reaches the Ingress, its images the pods, everything else stays."""
    (shown,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "kubernetes.md").read_text(), re.DOTALL)
    shown = shown.replace("../production", os.path.relpath(FOLDER / "overlays" / "production", tmp_path))
    shown = shown.replace("../../components", os.path.relpath(FOLDER / "components", tmp_path))
    (tmp_path / "kustomization.yaml").write_text(shown)
    done = subprocess.run([*kustomize(), str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    objects = {(one["kind"], one["metadata"]["name"]): one for one in yaml.safe_load_all(done.stdout)}
    wanted = yaml.safe_load(shown)
    literals = dict(line.split("=", 1) for line in wanted["configMapGenerator"][0]["literals"])
    (image,) = wanted["images"]
    (settings,) = (one["data"] for (kind, _), one in objects.items() if kind == "ConfigMap")
    booking = objects["Deployment", "booking"]["spec"]["template"]["spec"]["containers"][0]
    assert settings == {**settings, **literals, "TRUSTED_PROXIES": "1"}
    assert objects["Ingress", "gateway"]["spec"]["rules"][0]["host"] == literals["PUBLIC_URL"].partition("//")[2]
    assert booking["image"] == f"{image['newName']}:{image['newTag']}"
    assert ("ScaledObject", "booking") in objects
