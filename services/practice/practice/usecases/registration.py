"""How a new practice comes to be: somebody asks, whoever reads the mail confirms."""

from datetime import datetime
from typing import Any

from practice import slugs
from practice.contracts.requests import DEFAULT_ACCENT
from practice.domain import Link, LinkKind, NotFound, Place, Practice, legible
from practice.store import links, users
from practice.store import practices as store
from practice.usecases import letters, practices
from runtime.db import Session
from runtime.ids import new_id


def register(session: Session, now: datetime, key: bytes, wish: dict[str, Any], password_hash: str) -> bool:
    """Keep the wish until its link is confirmed. Who signs in with this address already gets a letter that says so;
    the answer is the same. False: the address has got enough letters for now."""
    words = {"name": wish["name"], "locale": wish["locale"], "practice": wish["practice"], "by": None}
    known = users.user_by_email(session, wish["email"])
    if known:
        return letters.write(
            session, now, key, LinkKind.KNOWN, known.email, practice_id=known.practice_id, words=words, user=known
        )
    data = {**wish, "password_hash": password_hash}
    return letters.write(
        session, now, key, LinkKind.REGISTRATION, wish["email"], practice_id=new_id(), words=words, data=data
    )


def waiting(session: Session, now: datetime, token: str) -> Link:
    """The registration behind this link, confirmed or not. Raises NotFound."""
    return letters.by_token(session, now, token, LinkKind.REGISTRATION, used=True)


def password_hash(session: Session, link: Link) -> str | None:
    """What the password has to fit: the one chosen at the registration, later the owner's."""
    if link.used is None:
        return str(link.data["password_hash"])
    user = users.user_by_email(session, link.email)
    return user.usable_hash if user else None


def confirm(session: Session, now: datetime, token: str) -> tuple[Practice, bool]:
    """Make the practice with its owner and a first place, and whether it was made just now: a link followed twice
    finds it. Raises NotFound, EmailTaken (another registration of this address was confirmed before)."""
    store.one_at_a_time(session, "provision")
    link = waiting(session, now, token)
    if link.used:
        return _made(session, link), False
    if not links.use(session, link, now):
        raise NotFound()
    wish = link.data
    practice = _new_practice(session, link.practice_id, wish)
    practices.found(session, now, practice, wish["name"], link.email, wish["password_hash"])
    return practice, True


def made(session: Session, link: Link) -> dict[str, str]:
    """Owner, practice and language of a registration that was confirmed. Raises NotFound."""
    practice, owner = _made(session, link), users.user_by_email(session, link.email)
    return {"name": owner.name if owner else "", "practice": practice.name, "locale": practice.locale}


def _made(session: Session, link: Link) -> Practice:
    practice = store.practice_by_id(session, link.practice_id)
    if practice is None:
        raise NotFound()
    return practice


def _new_practice(session: Session, id: str, wish: dict[str, Any]) -> Practice:
    name = wish["practice"]
    return Practice(
        id=id,
        slug=slugs.free(name, store.taken_slugs(session, slugs.base(name))),
        name=name,
        email=wish["email"].lower(),
        phone="",
        locale=wish["locale"],
        time_zone=wish["time_zone"],
        country=wish["country"],
        currency=wish["currency"],
        show_prices=True,
        accent=legible(DEFAULT_ACCENT),
        plan="basic",
        copy_to=None,
        embed_origins=(),
        description="",
        places=(Place(new_id(), name, ""),),
        first_steps=True,
    )
