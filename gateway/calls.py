"""A browser's part in a video call: entering, telling, hearing. The same for the guest's link and the host's desk."""

from typing import Any

from gateway import ice
from gateway.clients import Json, JsonList
from gateway.context import current_services, gateway
from runtime.errors import Refused

LONGEST_WAIT = 4.0  # seconds; the request's own deadline leaves time for one more question after it
OVER = ("void", "expired")
EVERYTHING = 2**53  # after this number nothing was said


def enter(side: Json, peer: str, take_over: bool) -> Json:
    """What is new in the call that this browser enters, and how it finds a way to the other one."""
    news = current_services().invitations.enter(side, peer, take_over)
    return {**_shown(news), **_ways(peer)}


def relay(side: Json, peer: str) -> Json:
    """How this browser finds another way to the other one, by credentials as of now: those of entering are good for
    some hours only. Raises Refused `not_found`, `invalid_transition` (the link is over), `already_joined` (another
    browser is in its place)."""
    news = current_services().invitations.heard(side, peer, EVERYTHING)
    if news["replaced"]:
        raise Refused("already_joined")
    if news["state"] in OVER:
        raise Refused("invalid_transition", {"status": news["state"], "action": "signal"})
    return _ways(peer)


def _ways(peer: str) -> Json:
    found = gateway()
    return {"rtc": ice.configuration(found.settings, peer, found.clock())}


def tell(side: Json, peer: str, said: JsonList) -> Json:
    """Tell the other browser."""
    return current_services().invitations.tell(side, peer, said)


def hear(side: Json, call: str, peer: str, after: int, known: str) -> Json:
    """What is new for this browser. While nothing is, and the state is as `known`, the answer waits some seconds: it is
    given as soon as an event tells that there is something. `wait` says how long to wait before asking again."""
    bell = gateway().bell
    count = bell.count(call)
    news = _heard(side, peer, after)
    if news["items"] or news["replaced"] or state(news) != known:
        return {**news, "wait": 0}
    with bell.place() as place:
        if not place:
            return {**news, "wait": 1}
        if bell.wait(call, count, LONGEST_WAIT):
            return {**_heard(side, peer, after), "wait": 0}
    return {**news, "wait": 0}


def state(news: Json) -> str:
    """The call's state in a word that a browser gives back as `known`."""
    where = news["state"] if news["state"] in OVER else _door(news)
    return f"{where}{'+' if news['other'] else '-'}"


def _door(news: Json) -> str:
    if news["admitted"]:
        return "admitted"
    return "waiting" if news["waiting"] else "idle"


def _heard(side: Json, peer: str, after: int) -> Json:
    return _shown(current_services().invitations.heard(side, peer, after))


def _shown(news: Json) -> dict[str, Any]:
    return {**news, "known": state(news)}
