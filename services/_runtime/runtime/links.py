"""Links for people without an account: unguessable, derivable again by their owner, revocable.

A token is base64url(HMAC-SHA256(key, purpose|id|generation)), cut to 128 bits (22 characters). The owner stores only
its SHA-256 for look-up and derives it again for a resend or a reminder; a new generation revokes the old link.
"""

import base64
import hashlib
import hmac


def token(key: bytes, purpose: str, id: str, generation: int = 1) -> str:
    """The 22-character token of this link."""
    digest = hmac.new(key, f"{purpose}|{id}|{generation}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def fingerprint(token: str) -> str:
    """What the owner stores: the SHA-256 of the token, hex."""
    return hashlib.sha256(token.encode()).hexdigest()
