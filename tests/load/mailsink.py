"""The other end of SMTP for benchmarks: takes every mail, notes when it had it, and costs next to nothing, as a mail
server on a machine of its own would. Tests use aiosmtpd instead, which knows all of RFC 5321.

python -m tests.load.mailsink PORT FILE [DELAY]     one JSON line per recipient in FILE; DELAY: seconds for each mail
"""

import asyncio
import json
import sys
import time
from typing import TextIO

END = b"\r\n.\r\n"
ANSWERS = {b"EHLO": b"250-sink\r\n250 8BITMIME\r\n", b"QUIT": b"221 bye\r\n", b"DATA": b"354 go on\r\n"}


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self, file: TextIO, delay: float):
        self.file, self.delay, self.buffer, self.recipients = file, delay, b"", list[str]()
        self.reading = False  # a mail, between DATA and its lonely dot

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while self._mail() if self.reading else self._line():
            pass

    def _mail(self) -> bool:
        if not self.buffer.startswith(END[2:]) and END not in self.buffer:
            return False
        self.buffer = self.buffer.partition(END)[2]
        self.reading = False
        asyncio.get_running_loop().call_later(self.delay, self._taken)
        return True

    def _taken(self) -> None:
        for recipient in self.recipients:
            self.file.write(json.dumps({"to": recipient, "at": time.time()}) + "\n")
        self.transport.write(b"250 OK\r\n")

    def _line(self) -> bool:
        line, found, rest = self.buffer.partition(b"\r\n")
        if not found:
            return False
        self.buffer, command = rest, line[:4].upper()
        if command == b"MAIL":
            self.recipients = []
        elif command == b"RCPT":
            self.recipients.append(line.partition(b"<")[2].partition(b">")[0].decode())
        self.reading = command == b"DATA"
        self.transport.write(ANSWERS.get(command, b"250 OK\r\n"))
        return True


async def serve(port: int, file: str, delay: float) -> None:
    """Until it is ended."""
    with open(file, "a", buffering=1) as output:
        server = await asyncio.get_running_loop().create_server(lambda: Sink(output, delay), "127.0.0.1", port)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 0))
