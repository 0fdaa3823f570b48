"""What the gateway can be told by its environment; read once, at the start."""

import re
from dataclasses import dataclass

from gateway import ratelimit
from runtime import checks
from runtime.checks import POSITIVE, between
from runtime.settings import WrongSetting, needs, setting

SHORTEST_SECRET = 32
SHORTEST_PASSWORD = 12


@dataclass(frozen=True, kw_only=True)
class GatewaySettings:
    """A secret key that is too short, or limits that mean nothing, stop the start."""

    host: str = setting("HOST", "address that the gateway listens on", "127.0.0.1")
    port: int = setting("PORT", "port that the gateway listens on", 8080, checks.PORT)
    public_url: str = setting(
        "PUBLIC_URL", "address that people see, base of every link", "http://127.0.0.1:8080", checks.WEB
    )
    amqp_uri: str = setting("AMQP_URI", "amqp://user:password@host:5672/vhost; empty: embedded", "", checks.BROKER)
    secret_key: str = setting("SECRET_KEY", "signs sessions and form tokens; 32 characters or more")
    identity_keys: dict[str, str] = setting(
        "IDENTITY_KEYS", "JSON: public key (base64) per service name", check=checks.keys
    )
    rate_limits: str = setting(
        "RATE_LIMITS",
        "limits as kind=number/period with period s, m or h, separated by commas. Kinds: read, write, sign_in, "
        "register (letters about accounts), webhook (each per address), practice (public writes per practice) and hold "
        "(times kept, or kept longer, per address and practice). A kind that is left out has no limit",
        "read=3000/m,write=600/m,sign_in=60/m,register=60/h,practice=6000/m,hold=60/h,webhook=6000/m",
    )
    trusted_proxies: int = setting(
        "TRUSTED_PROXIES", "number of proxies in front whose X-Forwarded-* is true", 0, between(0)
    )
    dev_pages: bool = setting("DEV_PAGES", "1: serve /dev/mailbox and /dev/components", False)
    self_registration: bool = setting(
        "SELF_REGISTRATION", "1: practices register by themselves at /register; 0: only the operator makes them", True
    )
    slots_ttl: float = setting("SLOTS_TTL", "seconds that a cached slot answer lives at most", 30.0, POSITIVE)
    request_timeout: float = setting("REQUEST_TIMEOUT", "seconds in which a request must be answered", 6.0, POSITIVE)
    log_level: str = setting("LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR", "INFO", checks.LOG_LEVEL)
    workers: int = setting("WEB_WORKERS", "worker processes", 2, between(1))
    operator_password: str = setting(
        "OPERATOR_PASSWORD", "opens /ops/parked, the operator's page; 12 characters or more; empty: no such page", ""
    )
    operator_amqp_uri: str = setting(
        "OPERATOR_AMQP_URI", "the broker for /ops/parked, as the operator; empty: AMQP_URI", "", checks.BROKER
    )
    threads: int = setting("WEB_THREADS", "threads of each worker process", 16, between(1))
    live_streams: int = setting(
        "LIVE_STREAMS", "open live feeds of each worker process; beyond them pages poll", 1000, between(0)
    )
    live_threads: int = setting(
        "LIVE_THREADS",
        "live feeds that may hold a thread each, beside WEB_THREADS, where the server needs one (embedded mode)",
        32,
        between(0),
    )

    turn_url: str = setting(
        "TURN_URL", "TURN relay of video calls: turn:host:port or turns:host:port, several by commas; empty: none", ""
    )
    turn_secret: str = setting("TURN_SECRET", "the secret that the relay shares with us (static-auth-secret)", "")
    ice_policy: str = setting(
        "ICE_POLICY", "all, or relay: calls go through the relay only, and hide each other's address", "all"
    )
    otlp_endpoint: str = setting(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OpenTelemetry collector that takes traces by OTLP/HTTP; empty: none",
        "",
        checks.WEB,
    )
    metrics_host: str = setting("METRICS_HOST", "address of /metrics, apart from the public one", "127.0.0.1")
    metrics_port: int = setting("METRICS_PORT", "port of /metrics; 0: none", 0, checks.PORT)

    def __post_init__(self) -> None:
        if len(self.secret_key) < SHORTEST_SECRET:
            raise WrongSetting(f"SECRET_KEY is wrong: {SHORTEST_SECRET} characters or more")
        if 0 < len(self.operator_password) < SHORTEST_PASSWORD:
            raise WrongSetting(f"OPERATOR_PASSWORD is wrong: {SHORTEST_PASSWORD} characters or more")
        self._check_relay()
        try:
            ratelimit.parse(self.rate_limits)
        except ValueError as error:
            raise WrongSetting(f"RATE_LIMITS is wrong: {error}") from None

    def _check_relay(self) -> None:
        known = [part.strip() for part in self.turn_url.split(",") if part.strip()]
        if any(not re.match(r"turns?:[^\s:/]+", address) for address in known):
            raise WrongSetting("TURN_URL is wrong: turn:host:port or turns:host:port is needed")
        needs("TURN_URL", self.turn_url, TURN_SECRET=self.turn_secret)
        if self.ice_policy not in ("all", "relay") or (self.ice_policy == "relay" and not known):
            raise WrongSetting("ICE_POLICY is wrong: all, or relay where TURN_URL names one")

    @property
    def https(self) -> bool:
        """Do people reach the gateway by https? Cookies are then Secure, and HSTS is sent."""
        return self.public_url.startswith("https://")
