"""Every object is one that its API server would take: Kubernetes' own schemas, and for the operators' kinds a strict
subset written from their CRDs (`schemas/`). A misspelt or misplaced field is an error in both."""

from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.deploy.rendered import OVERLAYS, Manifest, Overlay

VERSIONS = ["1.32", "1.37"]  # the oldest that docs/kubernetes.md promises, and the newest there is a schema for
CRDS = {path.stem: yaml.safe_load(path.read_text()) for path in Path(__file__).parent.glob("schemas/*.yaml")}


def problems(manifest: Manifest, version: str) -> list[str]:
    """What is wrong with an object; nothing, if it is right."""
    try:
        if manifest["kind"] in CRDS:
            jsonschema.validate(manifest, CRDS[manifest["kind"]], cls=jsonschema.Draft202012Validator)
        else:
            kubernetes_validate.validate(manifest, version, strict=True)
    except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
        return [f"{manifest['kind']} {manifest['metadata']['name']}: {error.message}"]
    return []


def test_there_is_an_overlay_for_one_machine_and_one_for_many() -> None:
    assert OVERLAYS == ["production", "small"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid(overlay: Overlay, version: str) -> None:
    assert overlay.objects
    assert [one for manifest in overlay.objects for one in problems(manifest, version)] == []


def test_a_misspelt_field_is_found_in_every_kind(overlay: Overlay) -> None:
    """The control: the schemas are strict."""
    for manifest in overlay.objects:
        part = "spec" if "spec" in manifest else "metadata"
        if manifest["kind"] in CRDS or part == "spec":
            assert problems({**manifest, part: {**manifest[part], "misspelt": 1}}, VERSIONS[0]), manifest["kind"]


def test_every_object_belongs_to_one_stage_of_a_rollout(overlay: Overlay) -> None:
    """A rollout applies one stage after the other; what has none would never be applied."""
    stages = {one["metadata"].get("labels", {}).get("stage") for one in overlay.objects}
    assert stages == {"platform", "prepare", "serve"}
    assert {one["metadata"]["labels"]["stage"] for one in overlay.of("Job").values()} == {"prepare"}
    assert {one["metadata"]["labels"]["stage"] for one in overlay.of("Deployment").values()} == {"serve"}
