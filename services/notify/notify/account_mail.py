"""A letter about an account, from its row to a mail."""

import tomllib
from datetime import datetime
from functools import cache
from importlib.resources import files

from notify import mime
from notify.compose import Letter
from notify.domain import colour
from notify.domain.accounts import Account, AccountPurpose
from notify.domain.templates import fill, one_line, paragraphs
from notify.settings import Settings
from notify.usecases.accounts import account_of
from notify.usecases.delivery import Turn
from notify.words import choose, say

SENDER = "Terminfluss"


@cache
def texts(locale: str) -> dict[str, dict[str, str]]:
    """The words of every letter in this language, by purpose."""
    return tomllib.loads((files("notify") / "accounts" / f"{locale}.toml").read_text("utf-8"))


def write(turn: Turn, url: str, settings: Settings, now: datetime) -> mime.Mail:
    """The complete mail; its button leads to `url`. Raises BadAddress."""
    return mime.mail(
        letter(Account(**account_of(turn.snapshot)), AccountPurpose(turn.purpose), url),
        message_id=mime.message_id(turn.id, settings.mail_from),
        recipient=turn.recipient,
        recipient_name="",
        mail_from=settings.mail_from,
        practice={},
        calendar=None,
        now=now,
    )


def letter(account: Account, purpose: AccountPurpose, url: str) -> Letter:
    """What the mail says. Only an invitation goes out in the practice's name: a registration's is anybody's word."""
    locale = choose(account.locale)
    words = {name: fill(text, account.values) for name, text in texts(locale)[purpose].items()}
    practice = account.practice if purpose is AccountPurpose.INVITATION else SENDER
    return Letter(
        subject=one_line(words["subject"]),
        locale=locale,
        practice=practice,
        accent=colour.on_paper(None),
        accent_dark=colour.on_night(None),
        paragraphs=paragraphs(words["text"]),
        badge="",
        when="",
        when_note="",
        struck="",
        over=False,
        rows=[],
        button=one_line(words["button"]),
        url=url,
        url_hint=say("If the button does not work, open this address:", locale),
        closing=paragraphs(words["closing"]),
        footer=[SENDER],
    )
