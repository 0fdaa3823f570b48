"""The mail server of the run: a real one, with moods, that keeps account of every mail it has accepted."""

import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

from deploy.processes import free_port

UNKNOWN = "nobody"  # addresses that begin so are refused for good
ACCEPT = "accepts"
NOBODY_COMES = 15.0  # seconds to wait for one who feels it
STALL = 60.0  # seconds of silence; nobody waits that long


@dataclass
class MailAccount:
    """What the server has accepted: recipient -> Message-ID -> the times. And what it has refused, by answer."""

    accepted: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class MailServer:
    """Moods: accepts; busy (451 to every recipient); stalled (it takes the mail, falls silent, and does not keep it).
    Unknown addresses get 550 in any mood but a stalled one. Use as a context manager."""

    def __init__(self) -> None:
        self.mood = ACCEPT
        self.account = MailAccount()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)

    def __enter__(self) -> "MailServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address.startswith(UNKNOWN):
            return self._refuse("550 5.1.1 unknown here")
        if self.mood == "busy":
            return self._refuse("451 4.3.2 try again later")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.mood == "stalled":
            self._refuse("silence")
            await asyncio.sleep(STALL)
            return "451 4.4.2 too late"
        message_id = str(message_from_bytes(envelope.content)["Message-ID"])
        for recipient in envelope.rcpt_tos:
            self.account.accepted[recipient][message_id].append(time.time())
        return "250 OK"

    def be(self, mood: str, seconds: float) -> None:
        """In this mood for so long, and until somebody has felt it."""
        felt, self.mood = self._tempers(), mood
        begun = time.monotonic()
        while (lasted := time.monotonic() - begun) < seconds or (self._tempers() == felt and lasted < NOBODY_COMES):
            time.sleep(0.1)
        self.mood = ACCEPT

    def _tempers(self) -> int:
        """How often it has been in a mood to somebody."""
        return sum(number for answer, number in self.account.refused.items() if answer != "550")

    def _refuse(self, answer: str) -> str:
        self.account.refused[answer[:3] if answer[0].isdigit() else answer] += 1
        return answer
