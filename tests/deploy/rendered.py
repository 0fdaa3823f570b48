"""The Kubernetes manifests as a cluster would get them: rendered by kustomize itself, not by anything like it."""

import functools
import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = sorted(path.parent.name for path in FOLDER.glob("overlays/*/kustomization.yaml"))
Manifest = dict[str, Any]


@dataclass(frozen=True)
class Overlay:
    """The objects of an overlay. `pods` are our own: those of operators are not in it."""

    name: str
    objects: list[Manifest]

    def of(self, kind: str) -> dict[str, Manifest]:
        """All objects of a kind by name."""
        return {one["metadata"]["name"]: one for one in self.objects if one["kind"] == kind}

    def serving(self) -> dict[str, Manifest]:
        """The Deployments that people need all the time: all but the operator's."""
        return {name: one for name, one in self.of("Deployment").items() if name != "operator"}

    def pods(self) -> Iterator[tuple[str, Manifest]]:
        """Name and pod template of every Deployment and Job."""
        for kind in ("Deployment", "Job"):
            for name, one in self.of(kind).items():
                yield name, one["spec"]["template"]

    def containers(self) -> Iterator[tuple[str, Manifest]]:
        """Every container with the name of what it belongs to."""
        for name, template in self.pods():
            for container in [*template["spec"]["containers"], *template["spec"].get("initContainers", [])]:
                yield name, container


def kustomize() -> list[str]:
    """The command that renders a folder; skips the test where there is none."""
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    pytest.skip("needs kustomize, or kubectl 1.27 or newer, which has it in it")


@functools.cache
def render(overlay: str, folder: Path = FOLDER / "overlays") -> Overlay:
    """What `kubectl apply -k` would send for `overlays/<overlay>`."""
    done = subprocess.run([*kustomize(), str(folder / overlay)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return Overlay(overlay, list(yaml.safe_load_all(done.stdout)))


def variables(container: Manifest, maps: dict[str, Manifest]) -> dict[str, str]:
    """What a container's environment names: values as they are, a Secret's as `secret <name>/<key>`."""
    found: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            found |= maps[source["configMapRef"]["name"]]["data"]
    for entry in container.get("env", []):
        secret = entry.get("valueFrom", {}).get("secretKeyRef")
        found[entry["name"]] = f"secret {secret['name']}/{secret['key']}" if secret else entry["value"]
    return found


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    """Kubernetes' label selector over `matchLabels` and `In` expressions; an empty one selects everything."""
    wanted = [(key, [value]) for key, value in selector.get("matchLabels", {}).items()]
    for one in selector.get("matchExpressions", []):
        assert one["operator"] == "In", json.dumps(one)
        wanted.append((one["key"], one["values"]))
    return all(labels.get(key) in values for key, values in wanted)
