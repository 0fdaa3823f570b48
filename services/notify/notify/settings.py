"""The settings of notify."""

from dataclasses import dataclass

from runtime.checks import POSITIVE, address, between, matching
from runtime.settings import BaseSettings, needs, setting


@dataclass(frozen=True, kw_only=True)
class Settings(BaseSettings):
    """Where mail goes, and how patiently."""

    smtp_url: str = setting(
        "SMTP_URL",
        "smtp://user:password@host:port?starttls=1; empty: keep mails in /dev/mailbox",
        "",
        address("smtp", "smtps", empty=True),
    )
    mail_from: str = setting(
        "MAIL_FROM",
        "address in From; the practice's name stands before it",
        "termine@localhost",
        matching(r"[^\s@<>]+@[^\s@<>]+", "an address: termine@practice.example"),
    )
    bounce_domain: str = setting(
        "BOUNCE_DOMAIN",
        "domain of the return path, an address per attempt; empty: MAIL_FROM",
        "",
        matching(r"[\w.-]*", "a domain: bounces.practice.example"),
    )
    bounce_listen: str = setting(
        "BOUNCE_LISTEN",
        "lmtp://host:port or smtp://host:port where bounces to BOUNCE_DOMAIN arrive; empty: nowhere",
        "",
        address("lmtp", "smtp", empty=True),
    )
    bounce_imap_url: str = setting(
        "BOUNCE_IMAP_URL",
        "imaps://user:password@host/folder where they are fetched from instead",
        "",
        address("imap", "imaps", empty=True),
    )
    smtp_timeout: float = setting(
        "SMTP_TIMEOUT", "seconds that each answer of the mail server may take", 20.0, POSITIVE
    )
    twilio_account_sid: str = setting("TWILIO_ACCOUNT_SID", "account at Twilio; empty: no SMS through Twilio", "")
    twilio_auth_token: str = setting("TWILIO_AUTH_TOKEN", "its token; it also proves what Twilio tells us", "")
    twilio_from: str = setting(
        "TWILIO_FROM", "number or name that SMS come from, or SID of a messaging service (MG…)", ""
    )
    twilio_api_base: str = setting(
        "TWILIO_API_BASE", "Twilio's API elsewhere: a proxy, a test double", "", address("http", "https", empty=True)
    )
    sms_webhook_url: str = setting(
        "SMS_WEBHOOK_URL", "another provider's address that takes SMS", "", address("http", "https", empty=True)
    )
    sms_webhook_secret: str = setting("SMS_WEBHOOK_SECRET", "signs what goes there and what comes back", "")
    sms_webhook_name: str = setting(
        "SMS_WEBHOOK_NAME",
        "its name in /webhooks/sms/{name}",
        "provider",
        matching(r"[\w.-]+", "letters, digits, dots and hyphens"),
    )
    sms_timeout: float = setting("SMS_TIMEOUT", "seconds that the SMS provider's answer may take", 10.0, POSITIVE)
    sms_daily_limit: int = setting(
        "SMS_DAILY_LIMIT", "parts of SMS that a practice may send a day (UTC); the others wait", 500, between(0)
    )
    senders: int = setting("SENDERS", "how many mails are under way at once", 8, between(1))
    retry_base: float = setting(
        "RETRY_BASE", "seconds before the first repeat; later ones wait up to 240 times that", 60.0, POSITIVE
    )

    def __post_init__(self) -> None:
        for name, value in (("BOUNCE_LISTEN", self.bounce_listen), ("BOUNCE_IMAP_URL", self.bounce_imap_url)):
            needs(name, value, BOUNCE_DOMAIN=self.bounce_domain)
        twilio = {"TWILIO_AUTH_TOKEN": self.twilio_auth_token, "TWILIO_FROM": self.twilio_from}
        needs("TWILIO_ACCOUNT_SID", self.twilio_account_sid, **twilio)
        needs("SMS_WEBHOOK_URL", self.sms_webhook_url, SMS_WEBHOOK_SECRET=self.sms_webhook_secret)

    @property
    def capture(self) -> bool:
        """True when no mail leaves the house: they can be read at /dev/mailbox."""
        return not self.smtp_url

    @property
    def bounces_arrive(self) -> bool:
        """True when reports find their way to us: only then are they asked for."""
        return bool(self.bounce_domain and (self.bounce_listen or self.bounce_imap_url))

    @property
    def bounce_key(self) -> str:
        """Signs return paths. A new key makes what is still under way unknown."""
        return self.link_key or self.identity_key

    @property
    def sms_provider(self) -> str:
        """twilio, webhook, capture, or empty: where mails go out, an SMS that is only kept would be a lie."""
        if self.twilio_account_sid:
            return "twilio"
        if self.sms_webhook_url:
            return "webhook"
        return "capture" if self.capture else ""
