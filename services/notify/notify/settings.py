"""The settings of notify."""

from dataclasses import dataclass

from runtime.checks import POSITIVE, address, between
from runtime.settings import BaseSettings, setting


@dataclass(frozen=True, kw_only=True)
class Settings(BaseSettings):
    """Where mail goes, and how patiently."""

    smtp_url: str = setting(
        "SMTP_URL",
        "smtp://user:password@host:port?starttls=1; empty: keep mails in /dev/mailbox",
        "",
        address("smtp", "smtps", empty=True),
    )
    mail_from: str = setting("MAIL_FROM", "address in From; the practice's name stands before it", "termine@localhost")
    bounce_domain: str = setting(
        "BOUNCE_DOMAIN", "domain of the return path, one address per message; empty: MAIL_FROM", ""
    )
    smtp_timeout: float = setting(
        "SMTP_TIMEOUT", "seconds that each answer of the mail server may take", 20.0, POSITIVE
    )
    senders: int = setting("SENDERS", "how many mails are under way at once", 8, between(1))
    retry_base: float = setting(
        "RETRY_BASE", "seconds before the first repeat; later ones wait up to 240 times that", 60.0, POSITIVE
    )

    @property
    def capture(self) -> bool:
        """True when no mail leaves the house: they can be read at /dev/mailbox."""
        return not self.smtp_url
