"""A real SMTP server that notes when each mail arrived; run as its own process, it prints one JSON line per mail.

python -m tests.load.mailsink PORT FILE
"""

import asyncio
import json
import sys
import time
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    """Accepts everything."""

    def __init__(self, file: str):
        self.file = open(file, "a", buffering=1)  # noqa: SIM115 - for the life of the process

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        for recipient in envelope.rcpt_tos:
            self.file.write(json.dumps({"to": recipient, "at": time.time()}) + "\n")
        return "250 OK"


def main() -> None:
    controller = Controller(Sink(sys.argv[2]), hostname="127.0.0.1", port=int(sys.argv[1]))
    controller.start()
    asyncio.new_event_loop().run_forever()


if __name__ == "__main__":
    main()
