"""A double of an IMAP mailbox: one folder, as much of RFC 3501 as fetching bounces takes."""

import re
import socketserver
import threading


class Imap:
    """`mails` by their UID; `flags` that were set."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.flags: dict[int, str] = {}
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"* OK ready\r\n")
                for line in self.rfile:
                    tag, _, command = line.decode().strip().partition(" ")
                    for part in outer.answer(command):
                        self.wfile.write(part + b"\r\n")
                    self.wfile.write(f"{tag} OK done\r\n".encode())
                    if command == "LOGOUT":
                        return

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def __enter__(self) -> "Imap":
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"imap://bounces%40example.org:secret@127.0.0.1:{self.server.server_address[1]}/INBOX"

    def answer(self, command: str) -> list[bytes]:
        if command == "CAPABILITY":
            return [b"* CAPABILITY IMAP4rev1"]
        if command.startswith("SELECT"):
            return [b"* %d EXISTS" % len(self.mails)]
        if command.startswith("UID SEARCH"):
            return [b"* SEARCH " + b" ".join(b"%d" % uid for uid in self.mails if uid not in self.flags)]
        if found := re.match(r"UID FETCH (\d+)", command):
            raw = self.mails[int(found[1])]
            return [b"* 1 FETCH (UID %s BODY[] {%d}\r\n%s)" % (found[1].encode(), len(raw), raw)]
        if found := re.match(r"UID STORE (\d+) \+FLAGS \((.*)\)", command):
            self.flags[int(found[1])] = found[2]
        if command == "EXPUNGE":
            self._expunge()
        return []

    def _expunge(self) -> None:
        for uid in [uid for uid, flags in self.flags.items() if "Deleted" in flags]:
            self.mails.pop(uid, None)


def mail(to: str, report: bytes, header: str = "Delivered-To") -> bytes:
    """The report as it lies in a mailbox that gets the whole domain's mail."""
    return f"{header}: {to}\r\n".encode() + report.replace(b"\n", b"\r\n")
