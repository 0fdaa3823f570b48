"""`terminfluss ops parked`: messages that no repetition could help, until somebody decides."""

import json
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any

from deploy.ops.place import NAMES, Failed, Place, WrongInput
from deploy.ops.words import age, stamp
from runtime.clock import utc_now
from runtime.discretion import discreet
from runtime.parking import Parked, Wanted, readable

LISTED = 500


def add_to(parser: ArgumentParser) -> None:
    """The verbs and their options."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="all of them, oldest failure first")
    show = verbs.add_parser("show", help="one, with its headers, traceback and body")
    replay = verbs.add_parser("replay", help="back into the queue that it came from, to be tried anew")
    drop = verbs.add_parser("drop", help="throw one away for good")
    for verb in (listing, show, replay, drop):
        verb.add_argument("--service", choices=NAMES, help="only what this service could not handle")
    for verb in (listing, replay):
        verb.add_argument("--queue", help="only what came from this queue")
    for verb in (listing, show):
        verb.add_argument("--json", action="store_true", help="for machines")
    for verb in (show, drop):
        verb.add_argument("id")
    show.add_argument("--reveal", action="store_true", help="people's data, too")
    replay.add_argument("id", nargs="?")
    replay.add_argument("--all", action="store_true", help="all of them")


def run(place: Place, chosen: Namespace) -> None:
    """Carry out one verb. Raises WrongInput, Failed, Unavailable."""
    {"list": _list, "show": _show, "replay": _replay, "drop": _drop}[chosen.verb](place, chosen)


def _wanted(chosen: Namespace) -> Wanted:
    """What the options ask for."""
    given = {"id": getattr(chosen, "id", None), "service": chosen.service, "queue": getattr(chosen, "queue", None)}
    asked = {name: value for name, value in given.items() if value}
    return lambda message: all(getattr(message, name) == value for name, value in asked.items())


def _list(place: Place, chosen: Namespace) -> None:
    found = place.parking().look(_wanted(chosen), LISTED)
    if chosen.json:
        print(json.dumps([_facts(message) for message in found], ensure_ascii=False, indent=2))
        return
    now = utc_now()
    for message in found:
        print(_lines(message, now))
    more = f": only the first {LISTED} are shown" if len(found) == LISTED else ""
    print(f"{len(found)} parked{more}")


def _lines(message: Parked, now: datetime) -> str:
    failed = message.first_failed
    since = f", first failed {stamp(failed)}, {age(now - failed)} ago" if failed else ""
    lines = [
        f"{message.id}  {message.reason}{since}",
        f"  type   {message.type}",
        f"  queue  {message.queue}",
        f"  error  {_first_line(message.error)}",
    ]
    return "\n".join(lines) + "\n"


def _first_line(error: str) -> str:
    return discreet(error).partition("\n")[0] or "–"


def _facts(message: Parked) -> dict[str, Any]:
    failed = message.first_failed
    return {
        "id": message.id,
        "reason": message.reason,
        "queue": message.queue,
        "type": message.type,
        "first_failed": failed and stamp(failed),
        "age_seconds": failed and int((utc_now() - failed).total_seconds()),
        "error": discreet(message.error),
    }


def _show(place: Place, chosen: Namespace) -> None:
    found = place.parking().look(_wanted(chosen), 1)
    if not found:
        raise _missing(chosen)
    [message] = found
    told = (lambda text: text) if chosen.reveal else discreet
    body = readable(message.body, chosen.reveal)
    facts = _facts(message) | {"error": told(message.error), "headers": message.headers}
    facts |= {"traceback": told(message.traceback), "body": body}
    if chosen.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2, default=str))
        return
    print(_lines(message, utc_now()))
    print("\n".join(f"{name}: {value}" for name, value in message.headers.items()))
    print(f"\n{facts['traceback']}\n{body}")


def _replay(place: Place, chosen: Namespace) -> None:
    if not (chosen.id or chosen.all or chosen.queue):
        raise WrongInput("name an ID, a --queue, or --all")
    done, refused = place.parking().replay(_wanted(chosen))
    if chosen.id and not done and not refused:
        raise _missing(chosen)
    print(f"{done} replayed")
    if refused:
        raise Failed(f"{len(refused)} stay parked: {'; '.join(refused[:5])}")


def _drop(place: Place, chosen: Namespace) -> None:
    if not (dropped := place.parking().drop(_wanted(chosen))):
        raise _missing(chosen)
    print(f"{dropped} dropped")


def _missing(chosen: Namespace) -> Failed:
    return Failed(f"there is no parked message {chosen.id}" + (f" of {chosen.service}" if chosen.service else ""))
