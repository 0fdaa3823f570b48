"""What an installation may add: each component together with all others, on top of production."""

import re
from pathlib import Path

import pytest
import yaml

from gateway.settings import GatewaySettings
from notify.settings import Settings
from runtime.settings import WrongSetting, read
from tests.deploy.rendered import FOLDER, ROOT, Manifest, Overlay, render
from tests.deploy.test_network import labels, policies
from tests.deploy.test_schemas import VERSIONS, problems
from tests.deploy.test_settings import documented, environments

HERE = Path(__file__).parent
SECRETS = {  # what the components' own comments say to put there
    "sms": {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "token", "TWILIO_FROM": "+4930000"},
    "bounces": {"BOUNCE_IMAP_URL": "imaps://user:password@mail.example.org/INBOX"},
    "turn": {"TURN_URL": "turn:relay.example.org:3478", "TURN_SECRET": "shared"},
    "operator-page": {"OPERATOR_PASSWORD": "twelve letters"},
}


@pytest.fixture(scope="module", name="everything")
def _everything() -> Overlay:
    return render("everything", HERE)


def container(overlay: Overlay, name: str) -> Manifest:
    found: Manifest = overlay.of("Deployment")[name]["spec"]["template"]["spec"]["containers"][0]
    return found


def added(overlay: Overlay, name: str) -> list[str]:
    """The Secrets whose whole content this part gets."""
    return [one["secretRef"]["name"] for one in container(overlay, name)["envFrom"] if "secretRef" in one]


def settings(overlay: Overlay, name: str) -> dict[str, str]:
    """Everything that the part is told, Secrets as their comments say."""
    return dict(environments(overlay))[name] | {
        key: value for secret in added(overlay, name) for key, value in SECRETS[secret].items()
    }


def test_all_components_are_tried() -> None:
    """Those of production, and the rest here."""
    named = yaml.safe_load((HERE / "everything" / "kustomization.yaml").read_text())["components"]
    production = yaml.safe_load((FOLDER / "overlays" / "production" / "kustomization.yaml").read_text())["components"]
    tried = {Path(one).name for one in [*named, *production]}
    assert tried == {file.parent.name for file in (FOLDER / "components").glob("*/kustomization.yaml")}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid(everything: Overlay, version: str) -> None:
    assert [one for manifest in everything.objects for one in problems(manifest, version)] == []


@pytest.mark.parametrize(("name", "kind"), [("notify", Settings), ("gateway", GatewaySettings)])
def test_each_part_starts_with_what_it_is_given(everything: Overlay, name: str, kind: type) -> None:
    """By its own reader; every setting has its line in docs/settings.md."""
    given = settings(everything, name)
    assert set(given) <= documented()
    read(kind, given)


def test_bounces_without_their_domain_stop_the_start(everything: Overlay) -> None:
    given = {name: value for name, value in settings(everything, "notify").items() if name != "BOUNCE_DOMAIN"}
    with pytest.raises(WrongSetting, match=r"^BOUNCE_DOMAIN is not set, but BOUNCE_LISTEN is$"):
        read(Settings, given)


def test_nobody_else_gets_anything(everything: Overlay, production: Overlay) -> None:
    """Every other container is told by environment what it was told, and no Secret as a whole."""
    before, after = dict(production.containers()), dict(everything.containers())
    assert set(before) == set(after)
    for name in set(after) - {"notify", "gateway"}:
        assert after[name].get("env") == before[name].get("env"), name
        assert not any("secretRef" in one for one in after[name].get("envFrom", ())), name
    assert sorted(added(everything, "notify")) == ["bounces", "sms"]
    assert sorted(added(everything, "gateway")) == ["operator-page", "turn"]


def test_notify_reaches_its_providers_and_the_mail_server_reaches_notify(everything: Overlay) -> None:
    """And no other pod has another way out."""
    out = {
        (name, port["port"])
        for name, pod in labels(everything).items()
        for policy in policies(everything, pod, "egress")
        for rule in policy.get("egress", [])
        if any("ipBlock" in peer for peer in rule.get("to", ()))
        for port in rule["ports"]
    }
    assert out == {("notify", 587), ("notify", 443), ("notify", 993)}
    (service,) = (one["spec"] for name, one in everything.of("Service").items() if name == "bounces")
    assert service["ports"][0]["targetPort"] == "bounces"
    listening = {port["name"]: port["containerPort"] for port in container(everything, "notify")["ports"]}
    assert settings(everything, "notify")["BOUNCE_LISTEN"].endswith(f":{listening['bounces']}")
    heard = [
        rule["ports"]
        for one in policies(everything, labels(everything)["notify"], "ingress")
        for rule in one.get("ingress", [])
    ]
    assert [{"port": "bounces"}] in heard


def test_traces_have_a_way_to_their_collector(everything: Overlay) -> None:
    """From every part that makes them, by the port of the address that it is told; from nobody else."""
    senders = {
        name
        for name, pod in labels(everything).items()
        for policy in policies(everything, pod, "egress")
        for rule in policy.get("egress", [])
        if {"port": 4318} in rule.get("ports", ())
    }
    assert senders == {"gateway", "practice", "availability", "booking", "notify", "invitations"}
    assert all(settings(everything, name)["OTEL_EXPORTER_OTLP_ENDPOINT"].endswith(":4318") for name in senders)


def test_the_page_tells_of_each() -> None:
    told = (ROOT / "docs" / "kubernetes.md").read_text()
    for file in (FOLDER / "components").glob("*/kustomization.yaml"):
        assert f"`{file.parent.name}`" in told, file.parent.name
    for secret, values in SECRETS.items():
        comments = "".join(file.read_text() for file in (FOLDER / "components").glob("*/kustomization.yaml"))
        assert re.search(rf"`{secret}`|generic {secret} ", comments)
        assert all(name in comments for name in values)
