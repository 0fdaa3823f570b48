"""The broker user whose name KEDA has: it sees how long queues are, and can do nothing to them."""

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pika
import pytest
from pika.exceptions import AMQPError

from deploy.kubernetes.broker import AUTOSCALER, make_autoscaler
from deploy.management import Management
from deploy.rights import Rights
from deploy.topology import whole
from runtime.testing import _known, virtual_host
from runtime.topology import declare
from tests.deploy.rendered import Overlay

pytestmark = [pytest.mark.broker, pytest.mark.skipif(not _known("TEST_AMQP_HTTP"), reason="needs `make services`")]
API = str(_known("TEST_AMQP_HTTP"))


@pytest.fixture(scope="module", name="amqp_uri")
def _amqp_uri() -> Iterator[str]:
    """A virtual host with the whole topology in it; the address of its administrator."""
    with virtual_host() as uri:
        declare(uri, whole())
        yield uri


@pytest.fixture(name="password")
def _password(amqp_uri: str) -> Iterator[str]:
    """The autoscaler's password, while there is one."""
    password = secrets.token_hex(8)
    make_autoscaler(Management(API, amqp_uri), password)
    yield password
    ask("guest", "guest", f"users/{AUTOSCALER}", "DELETE")


def ask(user: str, password: str, path: str, verb: str = "GET") -> Any:
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, API, user, password)
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
    with opener.open(urllib.request.Request(f"{API}/api/{path}", method=verb), timeout=120) as answer:
        content = answer.read()
    return json.loads(content) if content else None


def counted(password: str, vhost: str, trigger: dict[str, str]) -> set[str]:
    """The queues that KEDA finds, by the question that it asks."""
    name = quote(trigger["queueName"], safe="")
    if trigger.get("useRegex") != "true":
        return {ask(AUTOSCALER, password, f"queues/{vhost}/{name}")["name"]}
    words = f"page=1&use_regex=true&pagination=false&name={name}&page_size=100"
    answer = ask(AUTOSCALER, password, f"queues/{vhost}?{words}")
    return {one["name"] for one in (answer["items"] if isinstance(answer, dict) else answer)}


def test_it_finds_the_queues_of_every_service(password: str, amqp_uri: str, production: Overlay) -> None:
    found = {}
    for name, scaled in production.of("ScaledObject").items():
        triggers = [one["metadata"] for one in scaled["spec"]["triggers"] if one["type"] == "rabbitmq"]
        found[name] = set().union(*(counted(password, urlsplit(amqp_uri).path[1:], one) for one in triggers))
    everything = {queue.name for queue in whole().queues if queue.name.startswith(("rpc-", "evt-"))}
    assert set().union(*found.values()) == everything
    assert sum(map(len, found.values())) == len(everything)


def test_it_neither_reads_nor_writes_nor_declares(password: str, amqp_uri: str) -> None:
    parts = urlsplit(amqp_uri)
    address = parts._replace(netloc=f"{AUTOSCALER}:{password}@{parts.hostname}:{parts.port}").geturl()
    for act in (
        lambda channel: channel.basic_get("rpc-booking"),
        lambda channel: channel.queue_purge("rpc-booking"),
        lambda channel: channel.queue_declare("another"),
        lambda channel: (channel.confirm_delivery(), channel.basic_publish("", "rpc-booking", b"")),
        lambda channel: (channel.confirm_delivery(), channel.basic_publish("nameko-rpc", "booking.book", b"")),
    ):
        connection = pika.BlockingConnection(pika.URLParameters(address))
        with pytest.raises(AMQPError, match="ACCESS_REFUSED"):
            act(connection.channel())
        connection.close()


def test_without_its_tag_it_sees_nothing(password: str, amqp_uri: str) -> None:
    """The control: the tag is what opens the management API."""
    management = Management(API, amqp_uri)
    management.put_user(AUTOSCALER, password)
    management.put_rights(Rights(AUTOSCALER))
    with pytest.raises(urllib.error.HTTPError, match="401"):
        ask(AUTOSCALER, password, f"queues/{urlsplit(amqp_uri).path[1:]}/rpc-booking")
