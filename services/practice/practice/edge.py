"""What others may ask of the practice service."""

from typing import Any

from practice import usecases
from practice.contracts import requests
from practice.contracts.views import place_data, practice_data
from practice.domain import BadCredentials, Forbidden, User
from practice.passwords import Passwords
from practice.usecases import SignedIn
from runtime.clock import iso
from runtime.edge import Access, Call, rpc
from runtime.identity import USER_TOKEN_LIFE, Caller
from runtime.service import App

OPERATOR = "operator"


class PracticeEdge:
    """RPC of `practice`; it reads no events."""

    def __init__(self, app: App):
        self.app = app
        self.passwords = Passwords()

    @rpc(requests.BySlug, allow=Access.PUBLIC)
    def by_slug(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        return practice_data(self.app.db.read(usecases.by_slug, request["slug"]))

    @rpc(requests.ById, allow=Access.PUBLIC)
    def by_id(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        return practice_data(self.app.db.read(usecases.get, str(request["id"])))

    @rpc(requests.SignIn, allow=Access.PUBLIC)
    def sign_in(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        email, password, address = request["email"], request["password"], request["address"]
        user = self.app.db.write(usecases.admit_attempt, call.now, email, address)
        if not self.passwords.verify(user.password_hash if user else None, password) or user is None:
            raise BadCredentials()
        new_hash = self._new_hash(user, password)
        token, signed_in = self.app.db.write(usecases.open_session, call.now, user, address, new_hash)
        return self._welcome(call, token, signed_in)

    @rpc(requests.SessionToken, allow=Access.PUBLIC)
    def refresh(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        signed_in = self.app.db.write(usecases.refresh, call.now, request["session"])
        return self._welcome(call, request["session"], signed_in)

    @rpc(requests.SessionToken, allow=Access.PUBLIC)
    def sign_out(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        self.app.db.write(usecases.sign_out, call.now, request["session"])
        return {}

    @rpc(requests.Request, allow=Access.STAFF, scope="practice:read")
    def get(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        return practice_data(self.app.db.read(usecases.get, call.practice_id))

    @rpc(requests.Update, allow=Access.STAFF, scope="practice:admin")
    def update(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        return practice_data(self.app.db.write(usecases.update, call.now, call.practice_id, request))

    @rpc(requests.Request, allow=Access.STAFF, scope="practice:read")
    def places(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        practice = self.app.db.read(usecases.get, call.practice_id)
        return {"items": [place_data(place) for place in practice.places], "next": None}

    @rpc(requests.PlaceFields, allow=Access.STAFF, scope="practice:admin")
    def create_place(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        place = self.app.db.write(
            usecases.create_place, call.now, call.practice_id, request["name"], request["address"]
        )
        return place_data(place)

    @rpc(requests.PlaceUpdate, allow=Access.STAFF, scope="practice:admin")
    def update_place(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        id = request.pop("id")
        return place_data(self.app.db.write(usecases.update_place, call.now, call.practice_id, id, request))

    @rpc(requests.Provision, allow=Access.SERVICE)
    def provision(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        _only_operator(call)
        password_hash = self.passwords.hash(request["owner"]["password"])
        return {"practice_id": self.app.db.write(usecases.provision, call.now, request, password_hash)}

    @rpc(requests.SetPlan, allow=Access.SERVICE)
    def set_plan(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        _only_operator(call)
        return practice_data(self.app.db.write(usecases.set_plan, call.now, request["slug"], request["plan"]))

    @rpc(requests.SetPassword, allow=Access.SERVICE)
    def set_password(self, call: Call, request: dict[str, Any]) -> dict[str, Any]:
        _only_operator(call)
        password_hash = self.passwords.hash(request["password"])
        self.app.db.write(usecases.set_password, call.now, request["email"], password_hash)
        return {}

    def _new_hash(self, user: User, password: str) -> str | None:
        return self.passwords.hash(password) if self.passwords.outdated(user.password_hash) else None

    def _welcome(self, call: Call, token: str, signed_in: SignedIn) -> dict[str, Any]:
        """What a client needs after signing in: an access token for the calls, the session to renew it with."""
        user, practice = signed_in.user, signed_in.practice
        caller = Caller(practice.id, user.id, signed_in.session_id, user.role, user.scopes)
        return {
            "access_token": self.app.signer.user_token(caller, call.now),
            "expires_at": iso(call.now + USER_TOKEN_LIFE),
            "session": token,
            "user": {
                "id": user.id,
                "name": user.name,
                "email": user.email,
                "role": user.role,
                "locale": user.locale,
                "time_zone": user.time_zone or practice.time_zone,
            },
            "practice": {
                "id": practice.id,
                "slug": practice.slug,
                "name": practice.name,
                "plan": practice.plan,
                "time_zone": practice.time_zone,
                "locale": practice.locale,
            },
        }


def _only_operator(call: Call) -> None:
    if call.caller.service != OPERATOR:
        raise Forbidden(service=call.caller.service)
