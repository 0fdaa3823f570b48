"""The yardstick: an empty Flask route, served exactly as the gateway is."""

from flask import Flask

app = Flask(__name__)


@app.get("/")
def nothing() -> dict[str, str]:
    return {}
