"""Print fresh keys and passwords for a new installation, as the Secrets that the manifests name.

    SMTP_URL=smtp://user:password@mail.example.org:587?starttls=1 python -m deploy.kubernetes.keys | kubectl create -f -

`kubectl create` refuses what exists already, so that no key is lost by a second run. Nothing is written to disk.
"""

import base64
import json
import os
import secrets
import sys
from collections.abc import Iterator
from typing import Any

from deploy.home import OPERATOR
from deploy.house import SERVICES
from deploy.kubernetes.broker import AUTOSCALER
from runtime.identity import Signer

NAMESPACE = "terminfluss"
NAMES = [service.name for service in SERVICES]
WITH_LINKS = ("practice", "booking", "notify", "invitations")
BROKER_USERS = [*NAMES, "gateway", OPERATOR]
DATABASE_CA = "/etc/terminfluss/database/ca.crt"
Manifest = dict[str, Any]


def manifests(smtp_url: str) -> list[Manifest]:
    """Every Secret, and the ConfigMap of public keys that belongs to them; different at each call."""
    seeds = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in [*NAMES, OPERATOR]}
    public = {name: Signer(name, seed).public_key() for name, seed in seeds.items()}
    return [
        {**_manifest("ConfigMap", "identity-keys"), "data": {"IDENTITY_KEYS": json.dumps(public)}},
        *(_secret(f"keys-{name}", _keys(name, seed, smtp_url)) for name, seed in seeds.items()),
        _secret("keys-gateway", {"SECRET_KEY": secrets.token_urlsafe(32)}),
        *map(_database, NAMES),
        *_broker(),
    ]


def _keys(name: str, seed: str, smtp_url: str) -> dict[str, str]:
    keys = {"IDENTITY_KEY": seed}
    if name in WITH_LINKS:
        keys["LINK_KEY"] = secrets.token_urlsafe(32)
    if name == "notify":
        keys["SMTP_URL"] = smtp_url
    return keys


def _database(name: str) -> Manifest:
    """A service's role. CloudNativePG sets its password again when the Secret changes."""
    password = _password()
    uri = f"postgresql+psycopg2://{name}:{password}@database-rw:5432/{name}"
    uri += f"?sslmode=verify-full&sslrootcert={DATABASE_CA}"
    made = _secret(f"database-{name}", {"username": name, "password": password, "uri": uri})
    made["type"] = "kubernetes.io/basic-auth"
    made["metadata"]["labels"]["cnpg.io/reload"] = "true"
    return made


def _broker() -> Iterator[Manifest]:
    """Each user's own password for itself, all of them for the job that makes the users."""
    passwords = {name: _password() for name in [*BROKER_USERS, AUTOSCALER]}
    for name in BROKER_USERS:
        yield _secret(f"broker-{name}", {"uri": f"amqp://{name}:{passwords[name]}@broker:5672/%2F"})
    yield _secret(f"broker-{AUTOSCALER}", {"username": AUTOSCALER, "password": passwords[AUTOSCALER]})
    yield _secret("broker-passwords", {"BROKER_PASSWORDS": json.dumps(passwords)})


def _password() -> str:
    return secrets.token_hex(24)  # nothing in it that a URL would have to escape


def _secret(name: str, values: dict[str, str]) -> Manifest:
    return {**_manifest("Secret", name), "stringData": values}


def _manifest(kind: str, name: str) -> Manifest:
    labels = {"app.kubernetes.io/part-of": "terminfluss"}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels}}


def main() -> None:
    smtp_url = os.environ.get("SMTP_URL")
    if not smtp_url:
        sys.exit("SMTP_URL is not set: smtp://user:password@host:port?starttls=1")
    print(json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests(smtp_url)}, indent=2))


if __name__ == "__main__":
    main()
