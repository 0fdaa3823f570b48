"""What others may ask of the practice service."""

import hashlib
import logging
from typing import Any

from practice.contracts import requests
from practice.contracts.views import (
    own_place,
    own_practice,
    practice_data,
    settings_data,
    signed_in_user,
    user_data,
    user_name,
)
from practice.domain import BadCredentials, Forbidden, Invalid, User
from practice.passwords import Passwords
from practice.usecases import letters, practices, registration, sessions, users
from practice.usecases.sessions import SignedIn
from runtime.clock import iso
from runtime.edge import Access, Call, rpc
from runtime.identity import USER_TOKEN_LIFE, Caller
from runtime.service import App

log = logging.getLogger(__name__)
OPERATOR = "operator"
Json = dict[str, Any]


class PracticeEdge:
    """RPC of `practice`; it reads no events."""

    def __init__(self, app: App):
        self.app = app
        self.passwords = Passwords()
        self.key = link_key(app)

    @rpc(requests.BySlug, allow=Access.PUBLIC)
    def by_slug(self, call: Call, request: Json) -> Json:
        return practice_data(self.app.db.read(practices.by_slug, request["slug"]))

    @rpc(requests.ById, allow=Access.PUBLIC)
    def by_id(self, call: Call, request: Json) -> Json:
        return practice_data(self.app.db.read(practices.get, str(request["id"])))

    @rpc(requests.SignIn, allow=Access.PUBLIC)
    def sign_in(self, call: Call, request: Json) -> Json:
        user = self.app.db.write(sessions.admit_attempt, call.now, request["email"], request["address"])
        try:
            return self._open(call, user, request)
        except sessions.Overtaken:  # perhaps by a sign-in beside, which has renewed the hash of the same password
            return self._open(call, self.app.db.read(sessions.known, request["email"]), request)

    @rpc(requests.SessionToken, allow=Access.PUBLIC)
    def refresh(self, call: Call, request: Json) -> Json:
        signed_in = self.app.db.write(sessions.refresh, call.now, request["session"])
        return self._welcome(call, request["session"], signed_in)

    @rpc(requests.SessionToken, allow=Access.PUBLIC)
    def sign_out(self, call: Call, request: Json) -> Json:
        self.app.db.write(sessions.sign_out, call.now, request["session"])
        return {}

    @rpc(requests.Register, allow=Access.PUBLIC)
    def register(self, call: Call, request: Json) -> Json:
        """Known or not, an address costs the same work and gets the same answer."""
        password_hash = self.passwords.hash(request.pop("password"))
        sent = self.app.db.write(registration.register, call.now, self.key, request, password_hash)
        log.info("registration_requested", extra={"facts": {"letter": sent}})
        return {}

    @rpc(requests.LinkToken, allow=Access.PUBLIC)
    def registration(self, call: Call, request: Json) -> Json:
        link = self.app.db.read(registration.waiting, call.now, request["token"])
        names = ("name", "practice", "locale")
        known = link.data or self.app.db.read(registration.made, link)
        return {"email": link.email, "confirmed": link.used is not None, **{name: known[name] for name in names}}

    @rpc(requests.Confirm, allow=Access.PUBLIC)
    def confirm(self, call: Call, request: Json) -> Json:
        link = self.app.db.read(registration.waiting, call.now, request["token"])
        if request["password"] is not None:
            self._prove(call, link.email, request, self.app.db.read(registration.password_hash, link))
        practice, new = self.app.db.write(registration.confirm, call.now, request["token"])
        if new:
            log.info("registration_confirmed", extra={"facts": {"practice": practice.id}})
        return {"email": link.email, "practice": {"id": practice.id, "slug": practice.slug, "name": practice.name}}

    @rpc(requests.Forgot, allow=Access.PUBLIC)
    def forgot_password(self, call: Call, request: Json) -> Json:
        if user := self.app.db.write(users.forgot_password, call.now, self.key, request["email"]):
            log.info("password_forgotten", extra={"facts": {"user": user}})
        return {}

    @rpc(requests.LinkToken, allow=Access.PUBLIC)
    def invited(self, call: Call, request: Json) -> Json:
        link, user = self.app.db.read(users.invited, call.now, request["token"])
        practice = self.app.db.read(practices.get, user.practice_id)
        known = {"email": user.email, "name": user.name, "locale": user.locale, "practice": practice.name}
        return {"kind": link.kind.value, **known}

    @rpc(requests.ChoosePassword, allow=Access.PUBLIC)
    def choose_password(self, call: Call, request: Json) -> Json:
        self.app.db.read(users.invited, call.now, request["token"])  # before the work of a hash
        password_hash = self.passwords.hash(request["password"])
        link, user = self.app.db.write(users.choose_password, call.now, request["token"], password_hash)
        log.info("password_chosen", extra={"facts": {"user": user.id, "practice": user.practice_id, "by": link.kind}})
        return {"email": user.email}

    @rpc(requests.LinkIds, allow=Access.SERVICE)
    def account_tokens(self, call: Call, request: Json) -> Json:
        return {"tokens": self.app.db.read(letters.tokens, call.now, self.key, request["ids"])}

    @rpc(requests.Request, allow=Access.STAFF, scope="practice:read")
    def get(self, call: Call, request: Json) -> Json:
        return settings_data(self.app.db.read(practices.get, call.practice_id))

    @rpc(requests.Update, allow=Access.STAFF, scope="practice:admin")
    def update(self, call: Call, request: Json) -> Json:
        version = request.pop("if_version")
        return settings_data(self.app.db.write(practices.update, call.now, call.practice_id, request, version))

    @rpc(requests.Request, allow=Access.STAFF, scope="practice:admin")
    def end_first_steps(self, call: Call, request: Json) -> Json:
        self.app.db.write(practices.end_first_steps, call.practice_id)
        return {}

    @rpc(requests.Request, allow=Access.STAFF, scope="practice:read")
    def places(self, call: Call, request: Json) -> Json:
        practice = self.app.db.read(practices.get, call.practice_id)
        return {"items": [own_place(place) for place in practice.places], "next": None}

    @rpc(requests.PlaceNew, allow=Access.STAFF, scope="practice:admin")
    def create_place(self, call: Call, request: Json) -> Json:
        wish = (request["name"], request["address"], request["idempotency_key"])
        return own_place(self.app.db.write(practices.create_place, call.now, call.practice_id, *wish))

    @rpc(requests.PlaceUpdate, allow=Access.STAFF, scope="practice:admin")
    def update_place(self, call: Call, request: Json) -> Json:
        which = (request.pop("id"), request.pop("if_version"))
        return own_place(self.app.db.write(practices.update_place, call.now, call.practice_id, *which, request))

    @rpc(requests.Request, allow=Access.STAFF, scope="practice:admin")
    def users(self, call: Call, request: Json) -> Json:
        return {"items": [user_data(user) for user in self.app.db.read(users.listed, call.practice_id)], "next": None}

    @rpc(requests.Request, allow=Access.STAFF, scope="practice:read")
    def names(self, call: Call, request: Json) -> Json:
        return {"items": [user_name(user) for user in self.app.db.read(users.listed, call.practice_id)]}

    @rpc(requests.UserRef, allow=Access.STAFF, scope="practice:admin")
    def user(self, call: Call, request: Json) -> Json:
        return user_data(self.app.db.read(users.get, call.practice_id, request["id"]))

    @rpc(requests.InviteUser, allow=Access.STAFF, scope="practice:admin")
    def invite_user(self, call: Call, request: Json) -> Json:
        user = self.app.db.write(users.invite, call.now, self.key, _by(call), request)
        _log(call, "user_invited", user, role=user.role)
        return user_data(user)

    @rpc(requests.UserRef, allow=Access.STAFF, scope="practice:admin")
    def invite_again(self, call: Call, request: Json) -> Json:
        user = self.app.db.write(users.invite_again, call.now, self.key, _by(call), request["id"])
        _log(call, "user_invited_again", user)
        return user_data(user)

    @rpc(requests.UserChanges, allow=Access.STAFF, scope="practice:admin")
    def update_user(self, call: Call, request: Json) -> Json:
        id, version = request.pop("id"), request.pop("if_version")
        changed = self.app.db.write(users.update, call.now, call.practice_id, id, request, version)
        _log_changes(call, changed)
        return user_data(changed.new)

    @rpc(requests.Request, allow=Access.STAFF, scope="practice:read")
    def me(self, call: Call, request: Json) -> Json:
        return user_data(self.app.db.read(users.get, *_by(call)))

    @rpc(requests.OwnChanges, allow=Access.STAFF, scope="practice:read")
    def update_me(self, call: Call, request: Json) -> Json:
        version = request.pop("if_version")
        user = self.app.db.write(users.update_own, *_by(call), request, version)
        _log(call, "user_changed", user, fields=sorted(request))
        return user_data(user)

    @rpc(requests.ChangePassword, allow=Access.STAFF, scope="practice:read")
    def change_password(self, call: Call, request: Json) -> Json:
        user = self.app.db.read(users.get, *_by(call))
        try:
            self._prove(call, user.email, {**request, "password": request["current"]}, user.usable_hash)
            password_hash = self.passwords.hash(request["password"])
            self.app.db.write(users.change_password, call.now, user, password_hash, call.caller.session_id)
        except BadCredentials:
            raise Invalid(errors={"current": ["This is not your password."]}) from None
        _log(call, "password_changed", user)
        return {}

    @rpc(requests.Provision, allow=Access.SERVICE)
    def provision(self, call: Call, request: Json) -> Json:
        _only_operator(call)
        password_hash = self.passwords.hash(request["owner"]["password"])
        return {"practice_id": self.app.db.write(practices.provision, call.now, request, password_hash)}

    @rpc(requests.SetPlan, allow=Access.SERVICE)
    def set_plan(self, call: Call, request: Json) -> Json:
        _only_operator(call)
        return practice_data(self.app.db.write(practices.set_plan, call.now, request["slug"], request["plan"]))

    @rpc(requests.SetPassword, allow=Access.SERVICE)
    def set_password(self, call: Call, request: Json) -> Json:
        _only_operator(call)
        password_hash = self.passwords.hash(request["password"])
        self.app.db.write(sessions.set_password, call.now, request["email"], password_hash)
        return {}

    def _open(self, call: Call, user: User | None, request: Json) -> Json:
        """Sign this user in if the password is right. Raises BadCredentials, Overtaken."""
        password = request["password"]
        if not self.passwords.verify(user.usable_hash if user else None, password) or user is None:
            raise BadCredentials()
        new_hash = self._new_hash(user, password)
        token, signed_in = self.app.db.write(sessions.open_session, call.now, user, request["address"], new_hash)
        return self._welcome(call, token, signed_in)

    def _new_hash(self, user: User, password: str) -> str | None:
        return self.passwords.hash(password) if self.passwords.outdated(user.password_hash) else None

    def _prove(self, call: Call, email: str, request: Json, stored: str | None) -> None:
        """Counts as a sign-in attempt. Raises BadCredentials, TooManyAttempts."""
        self.app.db.write(sessions.admit_attempt, call.now, email, request["address"])
        if not self.passwords.verify(stored, request["password"]):
            raise BadCredentials()
        self.app.db.write(sessions.forget_attempts, email, request["address"])

    def _welcome(self, call: Call, token: str, signed_in: SignedIn) -> Json:
        """What a client needs after signing in: an access token for the calls, the session to renew it with."""
        user, practice = signed_in.user, signed_in.practice
        caller = Caller(practice.id, user.id, signed_in.session_id, user.role, user.scopes)
        return {
            "access_token": self.app.signer.user_token(caller, call.now),
            "expires_at": iso(call.now + USER_TOKEN_LIFE),
            "session": token,
            "user": signed_in_user(user, practice),
            "practice": own_practice(practice),
        }


def link_key(app: App) -> bytes:
    """The key of links by mail: LINK_KEY, or where there is none one that only this service can derive. They live for
    days at most, so they may end with their key."""
    own: str = app.settings.link_key
    return own.encode() or hashlib.sha256(f"links|{app.settings.identity_key}".encode()).digest()


def _by(call: Call) -> tuple[str, str]:
    """The calling user and their practice."""
    assert call.caller.user_id is not None
    return call.practice_id, call.caller.user_id


def _log(call: Call, what: str, user: User, **facts: Any) -> None:
    """Each change of a user is on record: what, whose, by whom."""
    who = {"practice": call.practice_id, "user": user.id, "by": call.caller.user_id}
    log.info(what, extra={"facts": {**who, **facts}})


def _log_changes(call: Call, changed: users.Changed) -> None:
    old, new = changed.old, changed.new
    if new.role != old.role:
        _log(call, "user_role_changed", new, role=new.role, former=old.role)
    if new.active != old.active:
        _log(call, "user_activated" if new.active else "user_deactivated", new)
    fields = [name for name in ("name", "locale", "time_zone") if getattr(new, name) != getattr(old, name)]
    if fields:
        _log(call, "user_changed", new, fields=fields)


def _only_operator(call: Call) -> None:
    if call.caller.service != OPERATOR:
        raise Forbidden(service=call.caller.service)
