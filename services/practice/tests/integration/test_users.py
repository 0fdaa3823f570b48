"""The people of a practice: invited, given roles, deactivated; passwords changed and forgotten."""

import logging
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import event

from practice.domain import SCOPES, PreconditionFailed
from practice.usecases import users
from runtime.errors import Refused
from runtime.ids import new_id

OWNER = "demo@top-hearing.example"
RITA = {"name": "Rita Reception", "email": "rita@top-hearing.example", "role": "reception"}
PASSWORD = "battery staple"
ADMIN = ("users", "user", "invite_user", "invite_again", "update_user", "end_first_steps")


def refused(ask: Any, *args: Any, **kwargs: Any) -> str:
    """With what this is refused; empty if it is not."""
    try:
        ask(*args, **kwargs)
    except Refused as error:
        return error.code
    return ""


@pytest.fixture(name="rita")
def _rita(desk: Any) -> dict[str, Any]:
    """A receptionist who has chosen a password."""
    desk.provision()
    user: dict[str, Any] = desk.as_user("invite_user", RITA)
    desk.ask("choose_password", {"token": desk.token("user.invited"), "password": PASSWORD})
    return user


@pytest.fixture(name="other")
def _other(desk: Any) -> str:
    """With which address the owner of another practice signs in."""
    desk.provision(slug="other", name="Other", owner={"name": "O", "email": "o@x.example", "password": "correct horse"})
    return "o@x.example"


def sign_in(desk: Any, email: str = RITA["email"], password: str = PASSWORD) -> Any:
    return desk.sign_in(password, email)


def user_of(desk: Any, email: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in desk.as_user("users")["items"] if one["email"] == email)
    return found


def test_who_is_invited_chooses_a_password_and_signs_in(desk: Any, rita: dict[str, Any]) -> None:
    """With the role of the invitation and the practice's language."""
    user = sign_in(desk)["user"]
    assert (user["id"], user["role"], user["locale"]) == (rita["id"], "reception", "de")
    assert (rita["state"], user_of(desk, RITA["email"])["state"]) == ("invited", "active")


def test_before_that_nobody_signs_in(desk: Any) -> None:
    """Neither with an empty password nor with that which unknown users are checked against."""
    desk.provision()
    desk.as_user("invite_user", RITA)
    assert refused(sign_in, desk, password="the password of nobody") == "bad_credentials"


def test_an_invitation_works_once_and_for_a_week(desk: Any) -> None:
    """Looking at it does not use it up."""
    desk.provision()
    desk.as_user("invite_user", RITA)
    token = desk.token("user.invited")
    for _ in range(2):
        seen = desk.ask("invited", {"token": token})
        assert (seen["kind"], seen["name"], seen["practice"]) == ("invitation", "Rita Reception", "Top Hearing")
    assert desk.told()[-1].data["by"] == "Dora Demo"
    desk.ask("choose_password", {"token": token, "password": PASSWORD})
    assert refused(desk.ask, "choose_password", {"token": token, "password": "mine now"}) == "not_found"
    desk.as_user("invite_user", {**RITA, "email": "two@top-hearing.example"})
    token = desk.token("user.invited")
    desk.clock.forward(days=7)
    assert refused(desk.ask, "choose_password", {"token": token, "password": PASSWORD}) == "not_found"


def test_an_invitation_sent_again_ends_the_one_before(desk: Any) -> None:
    """And three an hour are enough."""
    desk.provision()
    user = desk.as_user("invite_user", RITA)
    first = desk.token("user.invited")
    desk.as_user("invite_again", {"id": user["id"]})
    assert refused(desk.ask, "invited", {"token": first}) == "not_found"
    assert desk.ask("invited", {"token": desk.token("user.invited")})["email"] == RITA["email"]
    desk.as_user("invite_again", {"id": user["id"]})
    assert refused(desk.as_user, "invite_again", {"id": user["id"]}) == "rate_limited"
    assert desk.token("user.invited")


def test_nobody_is_invited_twice_by_one_practice(desk: Any) -> None:
    """Whatever the address's case, and whatever has become of the first invitation."""
    desk.provision()
    again = {**RITA, "email": "RITA@top-hearing.example"}
    user = desk.as_user("invite_user", RITA)
    assert refused(desk.as_user, "invite_user", again) == "email_taken"
    desk.ask("choose_password", {"token": desk.token("user.invited"), "password": PASSWORD})
    assert refused(desk.as_user, "invite_user", again) == "email_taken"
    desk.as_user("update_user", {"id": user["id"], "active": False})
    assert refused(desk.as_user, "invite_user", again) == "email_taken"


@pytest.mark.usefixtures("rita")
def test_who_invites_does_not_learn_who_has_an_account_elsewhere(desk: Any, other: str) -> None:
    """Known or not, the answer and the letter are the same; only its link tells; who is known signs in as before."""
    known = desk.as_user("invite_user", {**RITA, "name": "R"}, email=other)
    letter, token = desk.told()[-1], desk.token("user.invited")
    unknown = desk.as_user("invite_user", {**RITA, "name": "R", "email": "no@x.example"}, email=other)
    own = ("id", "email")
    assert {**known, **dict.fromkeys(own)} == {**unknown, **dict.fromkeys(own)}
    assert {**letter.data, **dict.fromkeys(own)} == {**desk.told()[-1].data, **dict.fromkeys(own)}
    desk.as_user("invite_again", {"id": known["id"]}, email=other)
    assert refused(desk.ask, "invited", {"token": token}) == "not_found"
    choice = {"token": desk.token("user.invited"), "password": "mine now!"}
    assert refused(desk.ask, "invited", {"token": choice["token"]}) == "email_taken"
    assert refused(desk.ask, "choose_password", choice) == "email_taken"
    assert sign_in(desk)["practice"]["name"] == "Top Hearing"


def test_an_invitation_that_nobody_accepts_keeps_no_address(desk: Any, other: str) -> None:
    """Another practice may invite it, a forgotten password finds nobody, the first password that is chosen counts."""
    desk.provision()
    desk.as_user("invite_user", RITA, email=other)
    theirs = desk.token("user.invited")
    desk.as_user("invite_user", RITA)
    ours, before = desk.token("user.invited"), len(desk.told())
    desk.ask("forgot_password", {"email": RITA["email"]})
    assert len(desk.told()) == before
    desk.ask("choose_password", {"token": ours, "password": PASSWORD})
    assert sign_in(desk)["practice"]["name"] == "Top Hearing"
    assert refused(desk.ask, "choose_password", {"token": theirs, "password": "mine now!"}) == "email_taken"


def at_once(desk: Any, statement: str, *asks: Any) -> list[str]:
    """With what each of the two is refused, when the second begins just before the first's statement."""
    codes = ["", ""]

    def ask(which: int) -> None:
        codes[which] = refused(*asks[which])

    second = Thread(target=ask, args=(1,))

    def begin(_connection: Any, _cursor: Any, sent: str, *_: Any) -> None:
        if sent.startswith(statement) and not second.ident:
            second.start()
            second.join(0.5)

    event.listen(desk.app.db.engine, "before_cursor_execute", begin)
    ask(0)
    assert second.ident
    second.join(60)
    return codes


def test_two_who_invite_an_address_at_the_same_moment_invite_it_once(desk: Any) -> None:
    """The second waits, and hears that it is taken."""
    desk.provision()
    identity = {"identity": desk.sign_in()["access_token"]}
    asks = [(desk.ask, "invite_user", {**RITA, "name": name}, identity) for name in ("Rita Eins", "Rita Zwei")]
    assert at_once(desk, "INSERT INTO users", *asks) == ["", "email_taken"]
    assert user_of(desk, RITA["email"])["name"] == "Rita Eins"


def test_of_two_invitations_accepted_at_the_same_moment_one_holds(desk: Any, other: str) -> None:
    """So too beside a registration that is confirmed: the second waits, and hears that the address is taken."""
    desk.provision()
    tokens = []
    for owner in (OWNER, other):
        desk.as_user("invite_user", RITA, email=owner)
        tokens.append(desk.token("user.invited"))
    asks = [(desk.ask, "choose_password", {"token": token, "password": PASSWORD}) for token in tokens]
    assert at_once(desk, "UPDATE users", *asks) == ["", "email_taken"]
    assert sign_in(desk)["practice"]["name"] == "Top Hearing"


def test_who_is_deactivated_is_out_at_once(desk: Any, rita: dict[str, Any]) -> None:
    """Sessions end by event, links too; who is activated again signs in with the old password."""
    session = sign_in(desk)["session"]
    desk.as_user("update_user", {"id": rita["id"], "active": False})
    assert desk.told()[-1].type == "session.revoked"
    assert refused(desk.ask, "refresh", {"session": session}) == "unauthorized"
    assert refused(sign_in, desk) == "bad_credentials"
    desk.ask("forgot_password", {"email": RITA["email"]})
    assert desk.told()[-1].type == "session.revoked"
    desk.as_user("update_user", {"id": rita["id"], "active": True})
    assert sign_in(desk)["user"]["id"] == rita["id"]


def test_an_invitation_ends_with_its_user(desk: Any) -> None:
    desk.provision()
    user = desk.as_user("invite_user", RITA)
    token = desk.token("user.invited")
    desk.as_user("update_user", {"id": user["id"], "active": False})
    assert refused(desk.ask, "choose_password", {"token": token, "password": PASSWORD}) == "not_found"


def test_another_role_ends_the_sessions_of_the_old_one(desk: Any, rita: dict[str, Any]) -> None:
    """A token of the old role would be good for ten more minutes."""
    session = sign_in(desk)["session"]
    desk.as_user("update_user", {"id": rita["id"], "role": "readonly"})
    assert refused(desk.ask, "refresh", {"session": session}) == "unauthorized"
    assert sign_in(desk)["user"]["role"] == "readonly"


@pytest.mark.parametrize("change", [{"role": "staff"}, {"active": False}])
def test_the_last_owner_stays(desk: Any, rita: dict[str, Any], change: dict[str, Any]) -> None:
    """Invited or deactivated owners do not count: they may never come."""
    owner = user_of(desk, OWNER)
    desk.as_user("invite_user", {**RITA, "email": "new@top-hearing.example", "role": "owner"})
    assert refused(desk.as_user, "update_user", {"id": owner["id"], **change}) == "last_owner"
    desk.as_user("update_user", {"id": rita["id"], "role": "owner"})
    assert not refused(desk.as_user, "update_user", {"id": owner["id"], **change})


def test_what_somebody_else_changed_is_not_overwritten(desk: Any, rita: dict[str, Any]) -> None:
    seen = user_of(desk, RITA["email"])
    desk.as_user("update_user", {"id": rita["id"], "name": "Rita Neu", "if_version": seen["version"]})
    stale = {"id": rita["id"], "name": "Rita Alt", "if_version": seen["version"]}
    assert refused(desk.as_user, "update_user", stale) == "precondition_failed"
    assert user_of(desk, RITA["email"])["name"] == "Rita Neu"


def test_two_who_change_a_user_at_the_same_moment_do_not_overwrite_each_other(desk: Any, rita: dict[str, Any]) -> None:
    """She herself, in two tabs: the second waits, and then hears that it has seen an older version."""
    practice, version = sign_in(desk)["practice"]["id"], user_of(desk, RITA["email"])["version"]
    codes: list[str] = []

    def change(name: str) -> None:
        whose = (practice, rita["id"], {"name": name}, version)
        try:
            desk.app.db.write(users.update_own, *whose)
        except PreconditionFailed as error:
            codes.append(error.code)

    second = Thread(target=change, args=("Rita Zwei",))

    def before_it_is_stored(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE users") and not second.ident:
            second.start()
            second.join(1)

    event.listen(desk.app.db.engine, "before_cursor_execute", before_it_is_stored)
    change("Rita Eins")
    second.join(60)
    assert codes == ["precondition_failed"]
    assert user_of(desk, RITA["email"])["name"] == "Rita Eins"


@pytest.mark.parametrize("role", [role for role in SCOPES if role != "owner"])
def test_only_owners_look_after_users(desk: Any, rita: dict[str, Any], role: str) -> None:
    """Everybody else looks after themselves."""
    desk.as_user("update_user", {"id": rita["id"], "role": role})
    identity = {"identity": sign_in(desk)["access_token"]}
    assert {refused(desk.ask, method, {}, identity) for method in ADMIN} == {"forbidden"}
    assert desk.ask("me", {}, identity)["role"] == role
    assert refused(desk.ask, "update_me", {"role": "owner"}, identity) == "invalid"


def test_another_practices_user_is_not_there(desk: Any, rita: dict[str, Any]) -> None:
    owner = {"name": "O", "email": "o@other.example", "password": "correct horse"}
    desk.provision(slug="other", owner=owner)
    for method in ("user", "update_user", "invite_again"):
        for id in (rita["id"], new_id()):
            assert refused(desk.as_user, method, {"id": id}, email="o@other.example") == "not_found"
    assert [one["name"] for one in desk.as_user("users", email="o@other.example")["items"]] == ["O"]


def test_everybody_sets_their_own_language_and_zone(desk: Any, rita: dict[str, Any]) -> None:
    """The next access token's answer shows them; null is the practice's zone again."""
    identity = {"identity": sign_in(desk)["access_token"]}
    desk.ask("update_me", {"locale": "ru", "time_zone": "Asia/Tokyo", "name": "Рита"}, identity)
    user = sign_in(desk)["user"]
    assert (user["name"], user["locale"], user["time_zone"]) == ("Рита", "ru", "Asia/Tokyo")
    desk.ask("update_me", {"time_zone": None}, identity)
    assert sign_in(desk)["user"]["time_zone"] == "Europe/Berlin"


def test_a_new_password_ends_the_other_sessions(desk: Any, rita: dict[str, Any]) -> None:
    """Not the one in which it was changed. It asks for the current one, and counts wrong answers."""
    other, here = sign_in(desk), sign_in(desk)
    identity = {"identity": here["access_token"]}
    wrong = {"current": "guess", "password": "correct horse"}
    assert [refused(desk.ask, "change_password", wrong, identity) for _ in range(2)] == ["invalid"] * 2
    desk.ask("change_password", {"current": PASSWORD, "password": "correct horse"}, identity)
    assert refused(desk.ask, "refresh", {"session": other["session"]}) == "unauthorized"
    assert desk.ask("refresh", {"session": here["session"]})["user"]["id"] == rita["id"]
    assert refused(sign_in, desk) == "bad_credentials"
    assert sign_in(desk, password="correct horse")


def test_a_password_that_is_being_changed_gives_way_to_one_chosen_by_mail(
    desk: Any, rita: dict[str, Any], meanwhile: Any
) -> None:
    """Who knows the old one, and has a session, changes nothing after the owner's reset."""
    identity = {"identity": sign_in(desk)["access_token"]}
    desk.ask("forgot_password", {"email": RITA["email"]})
    token = desk.token("password.forgotten")
    meanwhile(lambda: desk.ask("choose_password", {"token": token, "password": "another one"}))
    change = {"current": PASSWORD, "password": "mine now!"}
    assert refused(desk.ask, "change_password", change, identity) == "invalid"
    assert sign_in(desk, password="another one")["user"]["id"] == rita["id"]


def test_a_forgotten_password_is_chosen_anew_by_mail(desk: Any, rita: dict[str, Any]) -> None:
    """Within the hour, once; it ends all sessions and every other link."""
    session = sign_in(desk)["session"]
    assert desk.ask("forgot_password", {"email": "RITA@top-hearing.example"}) == {}
    first = desk.token("password.forgotten")
    desk.ask("forgot_password", {"email": RITA["email"]})
    token = desk.token("password.forgotten")
    assert desk.ask("invited", {"token": token})["kind"] == "reset"
    assert desk.ask("choose_password", {"token": token, "password": "another one"}) == {"email": RITA["email"]}
    assert refused(desk.ask, "refresh", {"session": session}) == "unauthorized"
    assert sign_in(desk, password="another one")
    for used in (token, first):
        assert refused(desk.ask, "choose_password", {"token": used, "password": "mine now"}) == "not_found"


def test_a_link_for_a_password_ends_after_an_hour(desk: Any, rita: dict[str, Any]) -> None:
    desk.ask("forgot_password", {"email": RITA["email"]})
    token = desk.token("password.forgotten")
    desk.clock.forward(hours=1)
    assert refused(desk.ask, "choose_password", {"token": token, "password": "mine now"}) == "not_found"


def test_an_unknown_address_gets_the_same_answer_and_no_letter(desk: Any, rita: dict[str, Any]) -> None:
    before = len(desk.told())
    assert desk.ask("forgot_password", {"email": "nobody@top-hearing.example"}) == {}
    assert len(desk.told()) == before


def test_each_change_of_a_user_is_on_record(desk: Any, rita: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """By constant names and ids: what, whose, by whom; never people's data."""
    caplog.set_level(logging.INFO, "practice")
    owner = user_of(desk, OWNER)
    desk.as_user("invite_user", {**RITA, "email": "new@top-hearing.example"})
    desk.as_user("update_user", {"id": rita["id"], "role": "staff", "name": "Rita Neu"})
    desk.as_user("update_user", {"id": rita["id"], "active": False})
    desk.as_user("update_user", {"id": rita["id"], "active": True})
    desk.ask("forgot_password", {"email": RITA["email"]})
    desk.ask("choose_password", {"token": desk.token("password.forgotten"), "password": "another one"})
    names = [record.message for record in caplog.records]
    assert names == [
        *("user_invited", "user_role_changed", "user_changed", "user_deactivated", "user_activated"),
        *("password_forgotten", "password_chosen"),
    ]
    facts = [record.__dict__["facts"] for record in caplog.records]
    changed = {"user": rita["id"], "by": owner["id"], "role": "staff", "former": "reception"}
    assert facts[1] == {"practice": facts[0]["practice"], **changed}
    assert not any("@" in str(fact) or "Rita" in str(fact) for fact in facts)
