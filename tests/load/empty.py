"""The yardstick: an empty Flask route, served exactly as the gateway is.

python -m tests.load.empty PORT
"""

import sys
from dataclasses import replace
from typing import Any

from flask import Flask

from gateway.__main__ import Server
from gateway.settings import GatewaySettings

app = Flask(__name__)


@app.get("/")
def nothing() -> dict[str, str]:
    return {}


class EmptyServer(Server):
    """The gateway's server with this application instead."""

    def load(self) -> Any:
        return app


if __name__ == "__main__":
    settings = GatewaySettings(secret_key="yardstick" * 4, identity_keys={})
    EmptyServer(replace(settings, port=int(sys.argv[1]))).run()
