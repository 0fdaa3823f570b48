"""Settings are read once, at the start, from the environment; a wrong one stops the start with a line that names it.

A service's settings are a frozen dataclass whose fields are made by `setting(...)`; `read(cls, environ)` fills it.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from runtime import checks

S = TypeVar("S")


class WrongSetting(Exception):
    """Names the variable and says what is wrong with it."""


def setting(name: str, help: str, default: Any = MISSING, check: checks.Check | None = None) -> Any:
    """A dataclass field read from variable `name`; without a default it is required. NAME_FILE names a file with it.
    `check` raises ValueError for a value that will not do."""
    meta = {"env": name, "help": help, "check": check}
    return field(metadata=meta) if default is MISSING else field(default=default, metadata=meta)


def read(cls: type[S], environ: Mapping[str, str]) -> S:
    """Fill the settings class from the environment. Raises WrongSetting."""
    values = {}
    for f in fields(cls):  # type: ignore[arg-type]
        name = f.metadata["env"]
        raw = environ.get(name)
        if raw is None and (file := environ.get(f"{name}_FILE")):
            raw = _content(name, file)
        if raw is None:
            if f.default is MISSING:
                raise WrongSetting(f"{name} is not set: {f.metadata['help']}")
            continue
        try:
            values[f.name] = _convert(f.type, raw)
            if check := f.metadata["check"]:
                check(values[f.name])
        except ValueError as error:
            raise WrongSetting(f"{name} is wrong: {error}") from error
    return cls(**values)


def _content(name: str, file: str) -> str:
    try:
        return Path(file).read_text().strip()
    except OSError as error:
        raise WrongSetting(f"{name}_FILE is wrong: {file}: {error.strerror}") from None


def needs(name: str, value: str, **others: str) -> None:
    """Raise WrongSetting where `name` has a value, and one of the others, without which it does nothing, has none."""
    for other, content in others.items():
        if value and not content:
            raise WrongSetting(f"{other} is not set, but {name} is")


def _convert(kind: Any, raw: str) -> Any:
    if kind is bool:
        if raw.lower() not in ("0", "1", "true", "false"):
            raise ValueError("use 1 or 0")
        return raw.lower() in ("1", "true")
    if kind in (int, float, str):
        return kind(raw)
    return json.loads(raw)


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings:
    """What `migrate` needs, and nothing else."""

    database_url: str = setting("DATABASE_URL", "SQLAlchemy URL of this service's own database", check=checks.DATABASE)


@dataclass(frozen=True, kw_only=True)
class BaseSettings(DatabaseSettings):
    """What every service needs."""

    amqp_uri: str = setting("AMQP_URI", "amqp://user:password@host:5672/vhost; empty: embedded", "", checks.BROKER)
    identity_key: str = setting(
        "IDENTITY_KEY", "this service's private Ed25519 key, 32 bytes in base64", check=checks.key
    )
    identity_keys: dict[str, str] = setting(
        "IDENTITY_KEYS", "JSON: public key (base64) per service name", check=checks.keys
    )
    public_url: str = setting("PUBLIC_URL", "base of links in messages", "http://127.0.0.1:8080", checks.WEB)
    log_level: str = setting("LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR", "INFO", checks.LOG_LEVEL)
    loops_in_worker: bool = setting(
        "LOOPS_IN_WORKER", "0: background loops in a process of their own (50 MB more)", True
    )
    otlp_endpoint: str = setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OpenTelemetry collector that takes traces by OTLP/HTTP; empty: none",
        "",
        checks.WEB,
    )
    health_port: int = setting("HEALTH_PORT", "port of /healthz, /readyz and /metrics; 0: none", 0, checks.PORT)
    link_key: str = setting(
        "LINK_KEY",
        "key of the links that this service gives to people without an account; 16 characters or more",
        "",
        checks.LINK_KEY_OR_NONE,
    )
