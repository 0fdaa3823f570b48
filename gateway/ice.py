"""Where browsers find a way to each other: the TURN relay's addresses, with credentials for a few hours.

The relay (coturn with `use-auth-secret`) and we share a secret; a user name is the instant at which it ends to be good,
its password the HMAC-SHA1 of it ("A REST API For Access To TURN Services", draft-uberti-behave-turn-rest-00).
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from gateway.settings import GatewaySettings

LIFE = timedelta(hours=4)


def configuration(settings: GatewaySettings, who: str, now: datetime) -> dict[str, Any]:
    """What RTCPeerConnection takes. Without TURN_URL no server is named: browsers of one network find each other."""
    servers = []
    urls = addresses(settings.turn_url)
    if urls:
        name = f"{int((now + LIFE).timestamp())}:{who}"
        digest = hmac.new(settings.turn_secret.encode(), name.encode(), hashlib.sha1).digest()
        servers.append({"urls": urls, "username": name, "credential": base64.b64encode(digest).decode()})
    return {"iceServers": servers, "iceTransportPolicy": settings.ice_policy}


def addresses(text: str) -> list[str]:
    """The addresses of TURN_URL."""
    return [part.strip() for part in text.split(",") if part.strip()]
