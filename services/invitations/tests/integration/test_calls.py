"""The call behind an invitation (V7): waiting room, one browser a side, signals that arrive in order and then go."""

from typing import Any

from services.invitations.tests.builders import Desk

HOST, GUEST = "host-browser-1", "guest-browser-1"
OFFER = {"kind": "offer", "data": {"type": "offer", "sdp": "v=0"}}


class Talk:
    """An invitation, and both sides of its call."""

    def __init__(self, desk: Desk):
        self.desk = desk
        made = desk.invite()
        self.id, self.token = made["id"], made["join_token"]

    def guest(self, method: str, peer: str = GUEST, **payload: Any) -> Any:
        return self.desk.call(method, token=self.token, peer=peer, **payload)

    def host(self, method: str, peer: str = HOST, **payload: Any) -> Any:
        return self.desk.staff(method, id=self.id, peer=peer, **payload)

    def admitted(self) -> "Talk":
        self.host("enter_as_host")
        self.guest("enter_as_guest")
        self.desk.staff("admit_guest", id=self.id)
        return self


def test_the_guest_waits_until_the_host_lets_in(desk: Desk) -> None:
    """Before that nothing that the guest says gets through, and nothing that the host's browser says."""
    talk = Talk(desk)
    first = talk.host("enter_as_host")
    assert (first["waiting"], first["admitted"], first["other"]) == (False, False, False)
    entered = talk.guest("enter_as_guest")
    assert (entered["waiting"], entered["admitted"], entered["other"]) == (True, False, True)
    refused = desk.refused(talk.guest, "tell_as_guest", said=[OFFER])
    assert (refused.code, refused.facts["status"]) == ("invalid_transition", "waiting")
    talk.host("tell_as_host", said=[OFFER])
    assert talk.guest("heard_by_guest")["items"] == []
    assert talk.host("heard_by_host")["waiting"]
    desk.staff("admit_guest", id=talk.id)
    heard = talk.guest("heard_by_guest")
    assert heard["admitted"]
    assert [each["kind"] for each in heard["items"]] == ["offer"]


def test_signals_arrive_once_in_order_and_on_the_other_side_only(desk: Desk) -> None:
    """Whoever asks after the last number hears what is new."""
    talk = Talk(desk).admitted()
    talk.guest("tell_as_guest", said=[{"kind": "ready"}, {"kind": "candidates", "data": ["a", "b"]}])
    heard = talk.host("heard_by_host")
    assert [(each["kind"], each["peer"]) for each in heard["items"]] == [("ready", GUEST), ("candidates", GUEST)]
    assert heard["items"][1]["data"] == ["a", "b"]
    assert talk.host("heard_by_host", after=heard["last"])["items"] == []
    assert talk.guest("heard_by_guest")["items"] == []
    talk.guest("tell_as_guest", said=[{"kind": "bye"}])
    assert [each["kind"] for each in talk.host("heard_by_host", after=heard["last"])["items"]] == ["bye"]


def test_a_second_browser_of_the_guest_is_refused_until_it_takes_over(desk: Desk) -> None:
    """Exactly one guest; the first one is told, and may say nothing more. The host lets the second one in, or not:
    whoever has got hold of the link does not walk into a call."""
    talk = Talk(desk).admitted()
    assert desk.refused(talk.guest, "enter_as_guest", "guest-browser-2").code == "already_joined"
    assert talk.guest("enter_as_guest")["admitted"], "a refused one leaves the first one in"
    second = talk.guest("enter_as_guest", "guest-browser-2", take_over=True)
    assert (second["waiting"], second["admitted"]) == (True, False)
    assert talk.guest("heard_by_guest")["replaced"]
    assert talk.host("heard_by_host")["waiting"]
    desk.staff("admit_guest", id=talk.id)
    assert talk.guest("heard_by_guest", "guest-browser-2")["admitted"]
    assert desk.refused(talk.guest, "tell_as_guest", said=[{"kind": "ready"}]).code == "already_joined"


def test_who_was_let_in_waits_again_once_the_host_is_gone(lite: Desk) -> None:
    """A host who closed the page without ending the call finds nobody in it later; a reload changes nothing."""
    talk = Talk(lite).admitted()
    assert talk.guest("enter_as_guest")["admitted"]
    lite.clock.forward(seconds=45)
    assert talk.guest("enter_as_guest")["waiting"]
    assert talk.host("enter_as_host")["waiting"]


def test_a_browser_that_went_away_leaves_its_place(lite: Desk) -> None:
    """Nobody has to take over from a closed window."""
    talk = Talk(lite).admitted()
    lite.clock.forward(seconds=30)
    talk.guest("heard_by_guest")
    lite.clock.forward(seconds=30)
    assert lite.refused(talk.guest, "enter_as_guest", "guest-browser-2").code == "already_joined"
    lite.clock.forward(seconds=45)
    assert not talk.guest("enter_as_guest", "guest-browser-2")["other"]  # the host's is gone, too


def test_who_says_farewell_is_gone_at_once(desk: Desk) -> None:
    """Though a question asked before is answered after it. The same browser comes back without being let in again."""
    talk = Talk(desk).admitted()
    talk.guest("tell_as_guest", said=[{"kind": "bye"}])
    talk.guest("heard_by_guest")
    assert not talk.host("heard_by_host")["other"]
    assert talk.guest("enter_as_guest")["admitted"]
    assert talk.host("heard_by_host")["other"]


def test_who_leaves_the_waiting_room_waits_no_more(desk: Desk) -> None:
    """The host is not asked to let somebody in who is gone."""
    talk = Talk(desk)
    talk.host("enter_as_host")
    talk.guest("enter_as_guest")
    talk.guest("tell_as_guest", said=[{"kind": "bye"}])
    heard = talk.host("heard_by_host")
    assert (heard["waiting"], heard["other"]) == (False, False)


def test_old_signals_are_dropped(desk: Desk) -> None:
    """They hold network addresses of people."""
    talk = Talk(desk).admitted()
    talk.guest("tell_as_guest", said=[{"kind": "candidates", "data": ["192.0.2.1"]}])
    desk.clock.forward(minutes=4)
    talk.guest("tell_as_guest", said=[{"kind": "ready"}])
    assert [each["kind"] for each in talk.host("heard_by_host")["items"]] == ["ready"]


def test_gateways_are_woken_without_learning_what_was_said(lite: Desk) -> None:
    """The event names the invitation and nothing else."""
    talk = Talk(lite).admitted()
    talk.guest("tell_as_guest", said=[{"kind": "candidates", "data": ["192.0.2.1"]}])
    woken = [event for event in lite.events() if event["type"] == "call.signalled"]
    assert len(woken) == 3  # two entered, one spoke
    assert all(event["data"] == {"invitation": talk.id} for event in woken)


def test_a_meeting_that_was_called_off_or_has_expired_has_no_call(lite: Desk) -> None:
    """V3: its link is void."""
    talk = Talk(lite).admitted()
    lite.staff("delete_invitation", id=talk.id)
    assert lite.refused(talk.guest, "enter_as_guest").code == "invalid_transition"
    assert lite.refused(talk.host, "enter_as_host").code == "invalid_transition"
    assert talk.guest("heard_by_guest")["state"] == "void"
    late = Talk(lite)
    lite.clock.forward(days=120)
    assert lite.refused(late.guest, "enter_as_guest").code == "invalid_transition"


def test_nobody_else_gets_into_a_call(lite: Desk) -> None:
    """Not another practice, not a wrong token; bad payloads are named."""
    talk = Talk(lite).admitted()
    foreign = "99999999-9999-4999-8999-999999999999"
    for method, more in (("enter_as_host", {}), ("tell_as_host", {"said": [OFFER]}), ("heard_by_host", {})):
        refused = lite.refused(lite.staff, method, practice_id=foreign, id=talk.id, peer=HOST, **more)
        assert refused.code == "not_found"
    assert lite.refused(lite.call, "enter_as_guest", token="x" * 22, peer=GUEST).code == "not_found"
    for said in ([], [{"kind": "shout"}], [{"kind": "offer", "data": "x" * 30_000}], [OFFER] * 21):
        assert lite.refused(talk.guest, "tell_as_guest", said=said).code == "invalid"
    assert lite.refused(talk.guest, "enter_as_guest", "short").code == "invalid"


def test_ending_the_call_sends_the_guest_back_to_the_door(lite: Desk) -> None:
    """The link stays good: the guest may knock again."""
    talk = Talk(lite).admitted()
    lite.staff("end_call", id=talk.id)
    assert not talk.guest("heard_by_guest")["admitted"]
    assert talk.guest("enter_as_guest")["waiting"]


def test_what_is_said_after_a_long_silence_is_heard(desk: Desk) -> None:
    """What was said before is forgotten then; the numbers of signals go on rising, or a browser that has heard more
    than there are now would wait for ever."""
    talk = Talk(desk).admitted()
    talk.guest("tell_as_guest", said=[{"kind": "ready"}] * 3)
    last = talk.host("heard_by_host")["last"]
    desk.clock.forward(minutes=10)
    talk.guest("tell_as_guest", said=[{"kind": "restart"}])
    assert [each["kind"] for each in talk.host("heard_by_host", after=last)["items"]] == ["restart"]
