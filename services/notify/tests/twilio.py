"""A double of Twilio's API: a local HTTP server that answers as prescribed, and signs what it tells as Twilio does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import RequestValidator

ACCOUNT, TOKEN = "AC" + "0" * 32, "a token of the tests"


class Twilio:
    """`answers` are (HTTP status, Twilio's error code) for the next requests; with none left it takes everything."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, int]] = []
        self.taken: list[dict[str, str]] = []
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self.answer(*outer.hear(self.path, {name: values[0] for name, values in form.items()}))

            def answer(self, status: int, document: dict[str, Any]) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    def __enter__(self) -> "Twilio":
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def settings(self) -> dict[str, str]:
        """What notify must be told to use it."""
        return {
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
            "twilio_from": "+15005550006",
            "twilio_api_base": f"http://127.0.0.1:{self.server.server_port}",
        }

    def hear(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        self.asked += 1
        status, code = self.answers.pop(0) if self.answers else (201, 0)
        if status != 201:
            return status, {"code": code, "message": "no", "status": status}
        self.taken.append(form)
        return 201, {"sid": f"SM{len(self.taken):032d}", "status": "queued"}


def signed(url: str, **form: str) -> dict[str, Any]:
    """A call of Twilio's as the gateway carries it on to notify."""
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    return {"query": urlsplit(url).query, "form": form, "signature": signature}
