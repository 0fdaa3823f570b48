"""RabbitMQ's management API, as far as users, their rights and policies go."""

import base64
import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from deploy.rights import Rights

TIMEOUT = 20  # seconds
NOT_FOUND = 404


class Refusal(Exception):
    """The API answered with an error; says to what, and with which."""


class Management:
    """Signs in as the administrator whom `amqp_uri` names, and works in its virtual host."""

    def __init__(self, url: str, amqp_uri: str):
        parts = urlsplit(amqp_uri)
        self.vhost = unquote(parts.path[1:]) or "/"
        self._url = url.rstrip("/")
        user, password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
        self._sign_in = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def put_user(self, name: str, password: str, tags: str = "") -> None:
        """Make the user, or change its password; without tags, no right of administration."""
        self._put(["users", name], {"password": password, "tags": tags})

    def drop_user(self, name: str) -> None:
        """Remove the user with all rights, and end its connections. One that is not there is no error."""
        self._ask("DELETE", ["users", name])

    def put_rights(self, rights: Rights) -> None:
        """Topics first: where none are set, every routing key is allowed."""
        where = [self.vhost, rights.user]
        for exchange, topic in rights.topics.items():
            self._put(["topic-permissions", *where], {"exchange": exchange, "write": topic.write, "read": topic.read})
        wanted = {"configure": rights.configure, "write": rights.write, "read": rights.read}
        self._put(["permissions", *where], wanted)

    def put_policy(self, name: str, policy: dict[str, Any]) -> None:
        """Make the policy, or renew it."""
        self._put(["policies", self.vhost, name], policy)

    def _put(self, path: list[str], body: dict[str, Any]) -> None:
        self._ask("PUT", path, body)

    def _ask(self, verb: str, path: list[str], body: dict[str, Any] | None = None) -> None:
        address = "/".join([self._url, "api", *(quote(part, safe="") for part in path)])
        request = urllib.request.Request(address, json.dumps(body).encode() if body else None, method=verb)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", self._sign_in)
        try:
            urllib.request.urlopen(request, timeout=TIMEOUT).close()
        except urllib.error.HTTPError as error:
            if (verb, error.code) != ("DELETE", NOT_FOUND):
                raise Refusal(f"{verb} {path[0]}: {error.code} {error.read(300)!r}") from None
