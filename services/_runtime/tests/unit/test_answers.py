"""An answer goes to whoever asked, and nowhere else."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from runtime.broker import RpcEntrypoint

ADDRESS = "0b8a2c9e-6d1f-4a57-8f6b-2f0f4d8f2a10"


def call(reply_to: str | None) -> Any:
    """A call as kombu hands it over."""
    return Mock(properties={"reply_to": reply_to, "correlation_id": "1"}, delivery_info={"routing_key": "shop.nap"})


def answered(reply_to: str | None) -> Any:
    """The call after its answer."""
    entrypoint, message = SimpleNamespace(queue_consumer=Mock(), _reply=RpcEntrypoint._reply), call(reply_to)
    RpcEntrypoint.handle_result(entrypoint, message, None, b"{}")  # type: ignore[arg-type]
    entrypoint.queue_consumer.ack_message.assert_called_once_with(message)
    return message


def test_an_answer_goes_to_the_address_in_the_call() -> None:
    """By the exchange of the calls."""
    published = answered(ADDRESS).channel.basic_publish
    assert published.call_args.args[1:] == ("nameko-rpc", ADDRESS)


@pytest.mark.parametrize("address", ["nobody", "practice.provision", f"{ADDRESS}.x", f"{ADDRESS}\n", "", None])
def test_an_address_that_is_none_gets_no_answer(address: str | None) -> None:
    """The broker refuses it and closes the connection, and the call would come back and do so for ever."""
    answered(address).channel.basic_publish.assert_not_called()
