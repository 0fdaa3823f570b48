"""Who may call what: every RPC method of the house against callers who are nobody, somebody else, or not enough."""

import base64
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from deploy.house import SERVICES
from runtime.clock import utc_now
from runtime.edge import Access, procedures
from runtime.errors import Refused
from runtime.identity import SERVICE_TOKEN_LIFE, USER_TOKEN_LIFE, Caller, Signer
from runtime.ids import new_id
from tests.conftest import Stack

METHODS = {(service.name, name): spec for service in SERVICES for name, spec in procedures(service.edge).items()}
EVERY_SCOPE = frozenset(spec.scope for spec in METHODS.values() if spec.scope)
Ask = Callable[[tuple[str, str], str], str]

PUBLIC = {
    "practice": {
        *("by_slug", "by_id", "sign_in", "refresh", "sign_out"),
        *("register", "registration", "confirm", "forgot_password", "invited", "choose_password"),
    },
    "availability": {"catalogue", "slots"},
    "booking": {
        *("hold", "extend_hold", "release_hold", "book", "form"),
        *("managed", "cancel_managed", "reschedule_managed", "undo_managed"),
    },
    "notify": {"calendar_file", "mailbox", "mailbox_message", "twilio_status", "twilio_inbound", "sms_status"},
    "invitations": {"join", "knock", "enter_as_guest", "heard_by_guest", "tell_as_guest"},
}


@pytest.fixture(name="ask")
def _ask(stack: Stack) -> Ask:
    """The code with which an empty call under this identity is refused; empty if it is not."""

    def ask(method: tuple[str, str], identity: str) -> str:
        try:
            stack.house.bus.rpc.call(*method, {}, {"identity": identity} if identity else {})
        except Refused as refused:
            return refused.code
        return ""

    return ask


def signer(stack: Stack, service: str) -> Signer:
    return Signer(service, stack.house.secrets.seeds[service])


def user(*scopes: str, sub: str | None = None) -> Caller:
    return Caller(practice_id=new_id(), user_id=sub or new_id(), role="owner", scopes=frozenset(scopes))


def methods(*access: Access) -> list[tuple[str, str]]:
    return [method for method, spec in METHODS.items() if spec.allow in access]


def test_what_anybody_may_call_is_a_short_list() -> None:
    """Everything else needs an identity; every method for staff names its scope, and every method its payload."""
    public = {name: {method for service, method in methods(Access.PUBLIC) if service == name} for name in PUBLIC}
    assert public == PUBLIC
    assert all(spec.scope for spec in METHODS.values() if spec.allow is Access.STAFF)
    assert all(spec.schema for spec in METHODS.values())


def test_nobody_is_refused(ask: Ask) -> None:
    """Without an identity, whatever is asked."""
    closed = methods(Access.STAFF, Access.SERVICE)
    assert {method for method in closed if ask(method, "") != "unauthorized"} == set()
    assert {method for method in methods(Access.PUBLIC) if ask(method, "") == "unauthorized"} == set()


@pytest.mark.parametrize("claims", ["a user", "a service"])
def test_a_forged_identity_is_refused(ask: Ask, claims: str) -> None:
    """Also where none is needed: whoever lies gets nothing."""
    forger = Signer("practice", base64.b64encode(secrets.token_bytes(32)).decode())
    now = utc_now()
    token = forger.user_token(user(*EVERY_SCOPE), now) if claims == "a user" else forger.service_token(now)
    assert {method for method in METHODS if ask(method, token) != "unauthorized"} == set()


@pytest.mark.parametrize("issuer", ["booking", "notify", "operator"])
def test_a_user_whom_practice_has_not_signed_is_refused(stack: Stack, ask: Ask, issuer: str) -> None:
    """No other service vouches for users, however good its key."""
    token = signer(stack, issuer).user_token(user(*EVERY_SCOPE), utc_now())
    assert {method for method in METHODS if ask(method, token) != "unauthorized"} == set()


def test_an_identity_that_is_over_is_refused(stack: Stack, ask: Ask) -> None:
    """A user's after ten minutes, a service's after five."""
    now = utc_now() - timedelta(seconds=1)
    users = signer(stack, "practice").user_token(user(*EVERY_SCOPE), now - USER_TOKEN_LIFE)
    services = signer(stack, "booking").service_token(now - SERVICE_TOKEN_LIFE)
    assert {
        method for method in METHODS for token in (users, services) if ask(method, token) != "unauthorized"
    } == set()


def test_a_user_without_the_scope_is_forbidden(stack: Stack, ask: Ask) -> None:
    """All scopes but the one that the method names."""
    practice = signer(stack, "practice")
    tokens = {scope: practice.user_token(user(*EVERY_SCOPE - {scope}), utc_now()) for scope in EVERY_SCOPE}
    wrong = {method for method in methods(Access.STAFF) if ask(method, tokens[METHODS[method].scope]) != "forbidden"}
    assert wrong == set()


def test_users_and_services_do_not_take_each_others_place(stack: Stack, ask: Ask) -> None:
    """A user cannot ask what services ask, nor a service what a practice's staff do."""
    owner = signer(stack, "practice").user_token(user(*EVERY_SCOPE), utc_now())
    service = signer(stack, "booking").service_token(utc_now())
    assert {method for method in methods(Access.SERVICE) if ask(method, owner) != "unauthorized"} == set()
    assert {method for method in methods(Access.STAFF) if ask(method, service) != "unauthorized"} == set()


def test_with_the_right_identity_the_call_is_looked_at(stack: Stack, ask: Ask) -> None:
    """Negative control: the tests above refuse for the identity, and for nothing else."""
    owner = signer(stack, "practice").user_token(user(*EVERY_SCOPE), utc_now())
    service = signer(stack, "operator").service_token(utc_now())
    answers: dict[tuple[str, str], Any] = {method: ask(method, owner) for method in methods(Access.STAFF)}
    answers |= {method: ask(method, service) for method in methods(Access.SERVICE)}
    assert set(answers.values()) <= {"", "invalid", "not_found"}
