"""What gunicorn runs: one application per worker process, with an RPC client and an event listener of its own.

The application is built in the worker, after the fork: connections and threads do not survive one.
"""

import os

from flask import Flask

from gateway import HEARD, create_app
from gateway.clients import NAMES
from gateway.settings import GatewaySettings
from runtime.listener import BrokerListener
from runtime.parking_queue import BrokerParking
from runtime.rpcclient import BrokerRpc
from runtime.settings import read
from runtime.telemetry import configure_logging, export_spans


def build() -> Flask:
    """The application of this worker process, from the environment."""
    settings = read(GatewaySettings, os.environ)
    configure_logging("gateway", settings.log_level)
    export_spans("gateway", settings.otlp_endpoint)
    rpc = BrokerRpc(settings.amqp_uri, "gateway")
    listener = BrokerListener(settings.amqp_uri, NAMES, "gateway", HEARD)
    return create_app(settings, rpc, listener, parking=BrokerParking(settings.operator_amqp_uri or settings.amqp_uri))
