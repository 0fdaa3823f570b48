"""What the manifests set is what the programs read, all of it, and nothing secret stands in a file."""

import dataclasses
import json
import re
from collections.abc import Iterator

import psycopg2.extensions
import pytest
from sqlalchemy import make_url

from deploy import topology
from deploy.house import SERVICES
from deploy.kubernetes import broker, keys
from gateway.settings import GatewaySettings
from runtime.settings import read
from tests.deploy.rendered import FOLDER, ROOT, Manifest, Overlay, variables

KEYS = {one["metadata"]["name"]: one for one in keys.manifests("smtp://user:password@mail.example.org:587")}
SETTINGS = {service.name: service.settings for service in SERVICES} | {"gateway": GatewaySettings}
MADE_BY_RABBITMQ = "broker-default-user"  # by its operator, for the administrator
ADMIN = {MADE_BY_RABBITMQ, "broker-passwords"}
ALSO = {  # what has a default that is for one machine only
    "gateway": {"AMQP_URI", "HOST", "METRICS_HOST", "METRICS_PORT", "PORT", "PUBLIC_URL", "TRUSTED_PROXIES"},
    "notify": {"SMTP_URL", "MAIL_FROM", "PUBLIC_URL"},
}


def documented() -> set[str]:
    """The settings that docs/settings.md has a line for."""
    return set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))


def required(name: str) -> set[str]:
    """What a program does not start without, here: in its own code."""
    fields = dataclasses.fields(SETTINGS[name])
    needed = {one.metadata["env"] for one in fields if one.default is dataclasses.MISSING}
    return needed | {"AMQP_URI"} | ALSO.get(name, set()) | ({"HEALTH_PORT"} if name != "gateway" else set())


def environments(overlay: Overlay) -> Iterator[tuple[str, dict[str, str]]]:
    """Name and variables of each container; a Secret's as the key tool would fill it."""
    maps = overlay.of("ConfigMap") | {name: one for name, one in KEYS.items() if one["kind"] == "ConfigMap"}
    for name, container in overlay.containers():
        yield name, {key: resolved(value) for key, value in variables(container, maps).items()}


def resolved(value: str) -> str:
    """A value, or what the key tool puts where `secret <name>/<key>` points; RabbitMQ's operator makes its own."""
    if not value.startswith("secret ") or value.startswith(f"secret {MADE_BY_RABBITMQ}/"):
        return value
    name, _, key = value.removeprefix("secret ").partition("/")
    return str(KEYS[name]["stringData"][key])


def test_every_variable_is_a_setting_that_is_documented(overlay: Overlay) -> None:
    named = {key for _, values in environments(overlay) for key in values}
    assert named <= documented()
    assert {key for one in overlay.of("ConfigMap").values() for key in one["data"]} <= documented()


def test_every_program_is_given_what_it_requires(overlay: Overlay) -> None:
    for name, values in environments(overlay):
        if name in SETTINGS:
            assert required(name) <= set(values), name


def test_every_program_starts_with_what_it_is_given(overlay: Overlay) -> None:
    """Each value is one that the program's own reader takes."""
    for name, values in environments(overlay):
        if name in SETTINGS:
            read(SETTINGS[name], values)


def test_a_migration_knows_its_database_and_nothing_else(overlay: Overlay) -> None:
    migrations = [(name, values) for name, values in environments(overlay) if name.startswith("migrate-")]
    assert len(migrations) == len(SERVICES)
    assert all(set(values) == {"DATABASE_URL"} for _, values in migrations)


def test_the_gateway_knows_its_proxy_and_its_address(overlay: Overlay) -> None:
    """Without the first every customer has the proxy's rate limit; without https cookies are not Secure."""
    (values,) = (values for name, values in environments(overlay) if name == "gateway")
    (rule,) = overlay.of("Ingress")["gateway"]["spec"]["rules"]
    assert values["TRUSTED_PROXIES"] == "1"
    assert values["PUBLIC_URL"] == f"https://{rule['host']}"
    assert overlay.of("Ingress")["gateway"]["spec"]["tls"][0]["hosts"] == [rule["host"]]


def test_each_part_gets_its_own_keys_and_nobody_elses(overlay: Overlay) -> None:
    for name, container in overlay.containers():
        owner = name.removeprefix("migrate-")
        allowed = {f"{kind}-{owner}" for kind in ("keys", "database", "broker")}
        assert secrets_of(container) <= (ADMIN if name == "topology" else allowed), name


def test_the_key_tool_makes_what_is_referred_to_and_no_more(production: Overlay) -> None:
    referred = set().union(*(secrets_of(container) for _, container in production.containers()))
    roles = production.of("Cluster")["database"]["spec"]["managed"]["roles"]
    referred |= {role["passwordSecret"]["name"] for role in roles}
    for trigger in production.of("TriggerAuthentication").values():
        referred |= {one["name"] for one in trigger["spec"]["secretTargetRef"]}
    made = {name for name, one in KEYS.items() if one["kind"] == "Secret"}
    assert made == referred - {MADE_BY_RABBITMQ}


def test_the_job_that_makes_the_brokers_users_knows_the_passwords_that_they_have() -> None:
    passwords = json.loads(KEYS["broker-passwords"]["stringData"]["BROKER_PASSWORDS"])
    assert set(passwords) == {rights.user for rights in topology.everybody()} | {broker.AUTOSCALER}
    assert passwords.pop(broker.AUTOSCALER) == KEYS["broker-autoscaler"]["stringData"]["password"]
    for user, password in passwords.items():
        assert KEYS[f"broker-{user}"]["stringData"]["uri"] == f"amqp://{user}:{password}@broker:5672/%2F"


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
def test_both_database_drivers_read_the_address_alike(service: str, overlay: Overlay) -> None:
    """SQLAlchemy and libpq: the service's own role and database, at the cluster's address, its certificate checked."""
    uri = KEYS[f"database-{service}"]["stringData"]["uri"]
    plain = psycopg2.extensions.parse_dsn(uri.replace("postgresql+psycopg2", "postgresql", 1))
    url = make_url(uri)
    assert (plain["user"], plain["dbname"], plain["host"]) == (service, service, "database-rw")
    assert (url.username, url.database, url.host) == (service, service, "database-rw")
    assert url.query["sslmode"] == plain["sslmode"] == "verify-full"
    for name, template in overlay.pods():
        if name in (service, f"migrate-{service}"):
            assert str(url.query["sslrootcert"]) == certificate(template["spec"])


def certificate(pod: Manifest) -> str:
    """Where the database's certificate authority lies in a pod; of its Secret, which holds its key too, only that."""
    (volume,) = [one for one in pod["volumes"] if one.get("secret", {}).get("secretName") == "database-ca"]
    (mount,) = [one for one in pod["containers"][0]["volumeMounts"] if one["name"] == volume["name"]]
    (item,) = volume["secret"]["items"]
    assert item["key"] == "ca.crt"
    return f"{mount['mountPath']}/{item['path']}"


def test_each_service_has_a_database_and_a_role_of_its_own(overlay: Overlay) -> None:
    names = {service.name for service in SERVICES}
    databases = {one["spec"]["name"]: one["spec"]["owner"] for one in overlay.of("Database").values()}
    spec = overlay.of("Cluster")["database"]["spec"]
    assert databases == {name: name for name in names}
    assert {role["name"]: role["passwordSecret"]["name"] for role in spec["managed"]["roles"]} == {
        name: f"database-{name}" for name in names
    }
    assert spec["postgresql"]["pg_hba"] == ["hostssl sameuser all all scram-sha-256", "host all all all reject"]


def test_no_secret_stands_in_a_file(overlay: Overlay) -> None:
    """They are referred to; nothing here makes one."""
    assert overlay.of("Secret") == {}
    for file in FOLDER.rglob("*.y*ml"):
        assert not re.search(r"secretGenerator|stringData|://[^\s/]*:[^\s/]*@|PRIVATE KEY", file.read_text()), file


def test_no_file_names_a_registry(overlay: Overlay) -> None:
    """An image is named plainly; whoever has a registry says so in an overlay of their own."""
    assert all(re.fullmatch(r"terminfluss/[a-z]+:[\w.]+", container["image"]) for _, container in overlay.containers())


def test_two_runs_of_the_key_tool_share_no_secret() -> None:
    first, second = (
        {value for one in keys.manifests("smtp://mail") for value in one.get("stringData", {}).values()} for _ in "ab"
    )
    assert first & second == {"smtp://mail", *keys.NAMES, broker.AUTOSCALER}


def test_the_key_tool_asks_for_the_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTP_URL", raising=False)
    with pytest.raises(SystemExit, match="SMTP_URL is not set"):
        keys.main()


def secrets_of(container: Manifest) -> set[str]:
    """The Secrets that a container's environment refers to."""
    return {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for entry in container.get("env", [])
        if "secretKeyRef" in entry.get("valueFrom", {})
    }
