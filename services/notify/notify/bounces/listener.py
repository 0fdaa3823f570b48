"""The door for bounces: LMTP behind the house's own mail server, or SMTP where the MX record names us."""

import asyncio
import logging
import socket
import threading
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from notify.bounces.mailroom import Mailroom
from notify.bounces.verp import Turn
from runtime.db import AWAY
from runtime.service import App

log = logging.getLogger(__name__)
LARGEST = 5_000_000  # bytes: a report with the whole mail in it
QUIET = 60.0  # seconds without a word after which the other side is let go
TICK = 0.2
AGAIN = 5.0


class Listener:
    """Listens at BOUNCE_LISTEN (`lmtp://host:port`, `smtp://host:port`) until told to stop."""

    def __init__(self, app: App):
        parts = urlsplit(app.settings.bounce_listen)
        self._kind = SMTP if parts.scheme == "smtp" else LMTP
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 24
        self._handler = Handler(Mailroom(app))

    def run(self, stop: threading.Event) -> None:
        name = socket.getfqdn()  # not by each session: a look-up may wait, and all of them share one greenlet
        while not stop.is_set():
            try:
                asyncio.run(self._serve(name, stop))
            except OSError:  # somebody else has the port
                log.exception("bounce_listener_stumbled")
                stop.wait(AGAIN)

    async def _serve(self, name: str, stop: threading.Event) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(partial(self._session, name), self._host, self._port)
        log.info("bounces_awaited", extra={"facts": {"port": self._port}})
        async with server:
            while not stop.is_set():
                await asyncio.sleep(TICK)

    def _session(self, name: str) -> SMTP:
        return self._kind(
            self._handler,
            hostname=name,
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            timeout=QUIET,
            ident="Terminfluss",
        )


class Handler:
    """Takes mails to return paths that we have made, and no others."""

    def __init__(self, mailroom: Mailroom):
        self._mailroom = mailroom

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        turn = self._mailroom.whose(address)
        if turn is None:
            return "550 5.1.1 There is no such return path"
        envelope.rcpt_tos.append(address)
        envelope.turns = [*getattr(envelope, "turns", []), turn]
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        try:
            for turn in envelope.turns:
                await asyncio.to_thread(self._take, turn, envelope.original_content or envelope.content)
        except AWAY:
            return "451 4.3.0 Please try again later"
        except Exception:
            log.exception("bounce_not_read")
            return "451 4.3.0 Please try again later"
        return "250 2.0.0 Noted"

    def _take(self, turn: Turn, raw: bytes) -> None:
        self._mailroom.take(turn, raw)
