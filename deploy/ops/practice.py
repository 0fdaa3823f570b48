"""`terminfluss practice add`: a new practice with its owner."""

import getpass
import json
import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from deploy.ops.place import Ask, Failed, Json, Place, WrongInput
from runtime.errors import Refused

INPUT = {
    "email_taken": "--owner-email: somebody signs in with this address already",
    "unauthorized": "IDENTITY_KEY is wrong: practice does not know it as the operator's",
}


def add_to(parser: ArgumentParser) -> None:
    """Its options; what is left out gets a value that suits a practice in Germany."""
    need, choose = parser.add_argument_group("needed"), parser.add_argument_group("may be left out")
    need.add_argument("--slug", required=True, help="in its addresses: /p/<slug>")
    need.add_argument("--name", required=True, help="as customers see it")
    need.add_argument("--email", required=True, help="of the practice")
    need.add_argument("--owner-email", required=True, help="the owner signs in with it")
    choose.add_argument("--owner-name", help="the practice's name, if not said")
    choose.add_argument("--phone", default="")
    choose.add_argument("--locale", default="de", help="de, en, fr or ru")
    choose.add_argument("--time-zone", default="Europe/Berlin")
    choose.add_argument("--country", default="DE")
    choose.add_argument("--currency", default="EUR")
    choose.add_argument("--plan", default="basic", help="basic, standard or premium")
    choose.add_argument("--ask-password", action="store_true", help="ask for the owner's password; else one is made")
    choose.add_argument("--json", action="store_true", help="for machines")


def add(place: Place, chosen: Namespace) -> None:
    """Make it and print how its owner signs in. Raises WrongInput, Failed, Unavailable."""
    password = _typed() if chosen.ask_password else secrets.token_urlsafe(12)
    with place.operator() as ask:
        _make_sure_that_it_is_new(ask, chosen.slug)
        try:
            id = ask("provision", _command(chosen, password))["practice_id"]
        except Refused as refused:
            raise _in_words(refused) from None
    made = {"practice": id, "page": f"/p/{chosen.slug}", "login": chosen.owner_email}
    if not chosen.ask_password:
        made["password"] = password
    print(json.dumps(made) if chosen.json else "\n".join(f"{name:<9} {value}" for name, value in made.items()))


def _typed() -> str:
    password = getpass.getpass("Password of the owner: ")
    if password != getpass.getpass("Once more: "):
        raise WrongInput("the passwords differ")
    return password


def _make_sure_that_it_is_new(ask: Ask, slug: str) -> None:
    """`provision` answers with the practice that is there, whose password is another."""
    try:
        ask("by_slug", {"slug": slug})
    except Refused as refused:
        if refused.code != "not_found":
            raise _in_words(refused) from None
        return
    raise WrongInput(f"--slug: there is a practice {slug} already")


def _command(chosen: Namespace, password: str) -> Json:
    own = ("slug", "name", "email", "phone", "locale", "time_zone", "country", "currency", "plan")
    owner = {"name": chosen.owner_name or chosen.name, "email": chosen.owner_email, "password": password}
    return {**{name: getattr(chosen, name) for name in own}, "owner": owner}


def _in_words(refused: Refused) -> Exception:
    """In one line, by the options' names."""
    if refused.code == "invalid":
        return WrongInput("; ".join(_complaints(refused.facts.get("errors", {}))))
    if refused.code in INPUT:
        return WrongInput(INPUT[refused.code])
    return Failed(f"practice refused: {refused.code} {refused.facts or ''}")


def _complaints(errors: dict[str, Any], prefix: str = "--") -> Iterator[str]:
    for name, found in errors.items():
        option = prefix + name.replace("_", "-")
        if isinstance(found, dict):
            yield from _complaints(found, f"{option}-")
        else:
            yield f"{option}: {' '.join(found)}"
