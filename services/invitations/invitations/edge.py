"""The RPC methods and event handlers of invitations: parse, ask other services, run one transaction, answer."""

from functools import partial
from typing import Any

from invitations.contracts import calls, events, requests
from invitations.domain.errors import NotFound
from invitations.domain.invitation import Host, Practice
from invitations.usecases import call as usecase
from invitations.usecases import guest, host, progress, telephone
from invitations.usecases.common import Limits
from runtime.db import Session
from runtime.edge import Access, Call, on, rpc
from runtime.messages import Event
from runtime.service import App

Json = dict[str, Any]
reading = partial(rpc, allow=Access.STAFF, scope="invitations:read")
writing = partial(rpc, allow=Access.STAFF, scope="invitations:write")
calling = partial(rpc, allow=Access.STAFF, scope="notify:write")  # who looks after what did not arrive: receptions, too


class InvitationsEdge:
    """See the README for the payloads, answers and errors of each method."""

    def __init__(self, app: App):
        self.app = app
        self.key = app.settings.link_key.encode()
        self.limits = Limits(app.settings.daily_limit, app.settings.address_limit)

    # --- staff

    @writing(requests.Create)
    def create_invitation(self, call: Call, wish: Json) -> Json:
        practice = self._practice(call)
        who = self._host(practice, wish["calendar"])
        command = (host.create, call.now, _rules(practice), who, call.caller.user_id, wish)
        return self.app.db.write(*command, self.limits, self.key)

    @reading(requests.Search)
    def invitations(self, call: Call, wanted: Json) -> Json:
        return self.app.db.read(host.page, call.now, call.practice_id, **wanted, key=self.key)

    @reading(requests.InvitationId)
    def invitation(self, call: Call, request: Json) -> Json:
        return self.app.db.read(host.show, call.now, call.practice_id, request["id"], self.key)

    @writing(requests.Change)
    def change_invitation(self, call: Call, wish: Json) -> Json:
        id = wish.pop("id")
        return self.app.db.write(host.edit, call.now, call.practice_id, id, wish, self.limits, self.key)

    @writing(requests.Edit)
    def delete_invitation(self, call: Call, request: Json) -> Json:
        return self._edited(call, host.delete, request)

    @calling(requests.Resend)
    def resend_invitation(self, call: Call, wish: Json) -> Json:
        practice = _rules(self._practice(call))
        id = wish.pop("id")
        return self.app.db.write(host.resend, call.now, practice, id, wish, self.limits, self.key)

    @writing(requests.Edit)
    def admit_guest(self, call: Call, request: Json) -> Json:
        return self._edited(call, host.admit, request)

    @writing(requests.Edit)
    def end_call(self, call: Call, request: Json) -> Json:
        return self._edited(call, host.end, request)

    @calling(requests.CallMark)
    def mark_called(self, call: Call, request: Json) -> Json:
        user = (call.caller.user_id, request["by"])
        return self.app.db.write(telephone.mark_called, call.now, call.practice_id, request["id"], user, self.key)

    @calling(requests.InvitationId)
    def unmark_called(self, call: Call, request: Json) -> Json:
        return self.app.db.write(telephone.unmark_called, call.now, call.practice_id, request["id"], self.key)

    def _edited(self, call: Call, command: Any, request: Json) -> Json:
        return self.app.db.write(command, call.now, call.practice_id, request["id"], request["if_version"], self.key)

    # --- the guest's link

    @rpc(requests.Token)
    def join(self, call: Call, request: Json) -> Json:
        return self.app.db.read(guest.join, call.now, request["token"])

    @rpc(requests.Token)
    def knock(self, call: Call, request: Json) -> Json:
        return self.app.db.write(guest.knock, call.now, request["token"])

    # --- the call

    @rpc(calls.GuestEnters)
    def enter_as_guest(self, call: Call, request: Json) -> Json:
        return self.app.db.write(usecase.enter_as_guest, call.now, **request)

    @rpc(calls.GuestTells)
    def tell_as_guest(self, call: Call, request: Json) -> Json:
        return self.app.db.write(usecase.tell_as_guest, call.now, **request)

    @rpc(calls.GuestHears)
    def heard_by_guest(self, call: Call, request: Json) -> Json:
        return self.app.db.write(usecase.heard_by_guest, call.now, **request)

    @writing(calls.HostEnters)
    def enter_as_host(self, call: Call, request: Json) -> Json:
        return self.app.db.write(usecase.enter_as_host, call.now, call.practice_id, **request)

    @writing(calls.HostTells)
    def tell_as_host(self, call: Call, request: Json) -> Json:
        return self.app.db.write(usecase.tell_as_host, call.now, call.practice_id, **request)

    @writing(calls.HostHears)
    def heard_by_host(self, call: Call, request: Json) -> Json:
        return self.app.db.write(usecase.heard_by_host, call.now, call.practice_id, **request)

    # --- other services

    @rpc(requests.InvitationIds, allow=Access.SERVICE)
    def join_links(self, call: Call, request: Json) -> Json:
        return self.app.db.read(guest.join_links, request["ids"], self.key)

    @on("notify", *events.READS["notify"], only=events.of_invitation)
    def message_told(self, session: Session, event: Event) -> None:
        if news := events.news(event):
            progress.message_told(session, self.app.clock(), event.practice_id, event.time, news)

    # --- asking others, always outside a transaction

    def _practice(self, call: Call) -> Json:
        found: Json = self.app.ask("practice", "by_id", {"id": call.practice_id})
        return found

    def _host(self, practice: Json, calendar: str | None) -> Host:
        """The calendar that invites: the one named, else the practice's first, else the practice as such. Raises
        NotFound for a calendar that the practice does not have."""
        found = self.app.ask("availability", "catalogue", {"practice_id": practice["id"]})["calendars"]
        for each in found:
            if calendar in (None, each["id"]):
                return Host(each["id"], each["nickname"], each["time_zone"])
        if calendar:
            raise NotFound()
        return Host(None, practice["name"], practice["time_zone"])


def _rules(practice: Json) -> Practice:
    return Practice(**{name: practice[name] for name in ("id", "plan", "country", "locale")})
