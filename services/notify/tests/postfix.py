"""A Postfix of a test's own: its configuration, queue and log in one folder, loopback ports, started and stopped here.

Debian's package `postfix`; Postfix starts as root only.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from services.notify.tests.builders import free_port

SENTENCE = "Postfix is not installed"
NOBODY = 65534
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str:
    """Why there can be no Postfix here; empty when there can."""
    if not shutil.which("postfix"):
        return SENTENCE
    return "" if os.geteuid() == 0 else "Postfix starts as root only"


class Postfix:
    """`transport` tells where the mails of each domain go, `refused` which recipients are refused at once."""

    def __init__(self, transport: Mapping[str, str], refused: Mapping[str, str]):
        # not below pytest's folder: that one lets root in only, and Postfix gives its rights away
        self.home = home = Path(tempfile.mkdtemp(prefix="postfix-"))
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        etc = home / "etc"
        for folder in ("etc", "queue", "data", "log"):
            (home / folder).mkdir()
        home.chmod(0o755)
        self.mailbox.mkdir()
        shutil.chown(home / "data", "postfix", "postfix")
        shutil.chown(self.mailbox, NOBODY, NOBODY)
        (etc / "main.cf").write_text("".join(f"{k} = {v}\n" for k, v in self._settings(transport, refused).items()))
        (etc / "master.cf").write_text(MASTER.format(port=self.port))

    def _settings(self, transport: Mapping[str, str], refused: Mapping[str, str]) -> dict[str, str]:
        etc = self.home / "etc"
        for name, table in (("transport", transport), ("refused", refused)):
            (etc / name).write_text("".join(f"{key} {value}\n" for key, value in table.items()))
        return {
            "compatibility_level": "3.6",
            "queue_directory": str(self.home / "queue"),
            "data_directory": str(self.home / "data"),
            "maillog_file": str(self.home / "log" / "mail.log"),
            "maillog_file_prefixes": "/",
            "myhostname": "mx.postfix.example",
            "mydestination": "",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "127.0.0.1",
            "inet_protocols": "ipv4",
            "smtp_dns_support_level": "disabled",
            "smtp_host_lookup": "native",
            "relay_domains": " ".join(transport),
            "virtual_mailbox_base": str(self.mailbox.parent),
            "virtual_mailbox_maps": f"static:{self.mailbox.name}/",
            "virtual_uid_maps": f"static:{NOBODY}",
            "virtual_gid_maps": f"static:{NOBODY}",
            "transport_maps": f"texthash:{etc / 'transport'}",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "smtpd_recipient_restrictions": f"check_recipient_access texthash:{etc / 'refused'}",
            "smtpd_peername_lookup": "no",
            "alias_maps": "",
            "local_recipient_maps": "",
            "notify_classes": "",
            "queue_run_delay": "1s",
            "minimal_backoff_time": "1s",
            "maximal_backoff_time": "1s",
            "delay_warning_time": "1s",
            "smtp_connect_timeout": "5s",
            "default_destination_concurrency_failed_cohort_limit": "100",
        }

    @property
    def mailbox(self) -> Path:
        """The Maildir of everybody whose domain goes to `virtual:`."""
        return self.home / "inbox"

    def __enter__(self) -> "Postfix":
        self._run("start")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("stop")
        shutil.rmtree(self.home)

    def log(self) -> str:
        """What it says about itself, for a test that fails."""
        file = self.home / "log" / "mail.log"
        return file.read_text() if file.exists() else ""

    def _run(self, what: str) -> None:
        command = ["postfix", "-c", str(self.home / "etc"), what]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert ended.returncode == 0, ended.stderr + self.log()
