"""Who is calling: short-lived tokens (JWT, EdDSA) signed by their issuer and verified by every service.

`practice` signs for its users; each service signs for itself (a token it issues can only say "I am this service").
Public keys are shared as one key ring; no service can forge another's word.
"""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

USER_TOKEN_LIFE = timedelta(minutes=10)
SERVICE_TOKEN_LIFE = timedelta(minutes=5)
SERVICE_TOKEN_REUSE = timedelta(minutes=1)
REMEMBERED = 2_000  # verified tokens per key ring
ISSUER_OF_USERS = "practice"


class InvalidIdentity(Exception):
    """The token is missing, forged, expired, or says more than its issuer may say."""

    code = "unauthorized"


@dataclass(frozen=True)
class Caller:
    """A user of a practice, or a service acting by itself (then `service` is set and `practice_id` is None)."""

    practice_id: str | None = None
    user_id: str | None = None
    session_id: str | None = None
    role: str = ""
    scopes: frozenset[str] = frozenset()
    service: str | None = None


class Signer:
    """Signs in the name of one service. `seed` is its private Ed25519 key: 32 bytes, base64."""

    def __init__(self, name: str, seed: str):
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed))
        self._kept: tuple[datetime, str] = datetime.min.replace(tzinfo=UTC), ""

    def public_key(self) -> str:
        """The raw public key, base64, for the key ring of the others."""
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode()

    def user_token(self, caller: Caller, now: datetime) -> str:
        """A token for a signed-in user, valid 10 minutes."""
        claims = {
            "practice": caller.practice_id,
            "sub": caller.user_id,
            "sid": caller.session_id,
            "role": caller.role,
            "scopes": sorted(caller.scopes),
        }
        return self._sign(claims, now, USER_TOKEN_LIFE)

    def service_token(self, now: datetime) -> str:
        """A token with which this service calls another: valid 5 minutes when new, at least 4 when given again."""
        made, token = self._kept
        if not token or not timedelta() <= now - made < SERVICE_TOKEN_REUSE:
            token = self._sign({"sub": self.name, "role": "service"}, now, SERVICE_TOKEN_LIFE)
            self._kept = now, token
        return token

    def _sign(self, claims: dict[str, Any], now: datetime, life: timedelta) -> str:
        claims = {**claims, "iss": self.name, "iat": now, "exp": now + life}
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self.name})


class KeyRing:
    """The public keys of all issuers: name -> base64."""

    def __init__(self, keys: dict[str, str]):
        self._keys = {name: Ed25519PublicKey.from_public_bytes(base64.b64decode(k)) for name, k in keys.items()}
        self._claims: dict[str, dict[str, Any]] = {}

    def verify(self, token: str, now: datetime) -> Caller:
        """The caller that the token proves. Raises InvalidIdentity. Signatures are checked once per token."""
        claims = self._claims.get(token)
        if claims is None:
            claims = self._decode(token)
            if len(self._claims) >= REMEMBERED:
                self._claims.clear()
            self._claims[token] = claims
        return _caller(claims, now)

    def expiry(self, token: str) -> datetime:
        """When the token expires. Raises InvalidIdentity for one that was never valid."""
        claims = self._claims.get(token) or self._decode(token)
        return datetime.fromtimestamp(claims["exp"], UTC)

    def _decode(self, token: str) -> dict[str, Any]:
        try:
            issuer = jwt.get_unverified_header(token)["kid"]
            return jwt.decode(
                token,
                self._keys[issuer],
                algorithms=["EdDSA"],
                issuer=issuer,
                options={"require": ["exp", "iat", "iss", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except (jwt.InvalidTokenError, KeyError) as error:
            raise InvalidIdentity(str(error)) from error


def _caller(claims: dict[str, Any], now: datetime) -> Caller:
    """Who these verified claims speak for, at this moment."""
    if claims["exp"] <= now.timestamp() or claims["iat"] > now.timestamp() + 60:
        raise InvalidIdentity("expired")
    if claims.get("role") == "service":
        if claims["sub"] != claims["iss"]:
            raise InvalidIdentity("a service speaks for itself only")
        return Caller(service=claims["iss"], role="service")
    if claims["iss"] != ISSUER_OF_USERS:
        raise InvalidIdentity("only practice vouches for users")
    return Caller(
        practice_id=claims["practice"],
        user_id=claims["sub"],
        session_id=claims.get("sid"),
        role=claims["role"],
        scopes=frozenset(claims["scopes"]),
    )
