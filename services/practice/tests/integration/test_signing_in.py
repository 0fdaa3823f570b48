"""Signing in, staying in, getting out."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select

from practice.domain import SCOPES
from practice.models import AttemptRow, SessionRow, UserRow
from practice.store import users as store
from practice.usecases import sessions as usecases
from runtime import tables
from runtime.errors import Refused
from runtime.messages import Event, parse_event


def code(desk: Any, *args: Any, **kwargs: Any) -> str:
    """With which error signing in is refused."""
    with pytest.raises(Refused) as caught:
        desk.sign_in(*args, **kwargs)
    return caught.value.code


def store_hash_with_old_parameters(desk: Any) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse")
    desk.app.db.write(lambda s: s.execute(UserRow.__table__.update().values(password_hash=old)))


def test_the_right_password_opens_a_session(desk: Any) -> None:
    """An access token of ten minutes that says who it is, and the session to renew it with."""
    practice_id = desk.provision()
    answer = desk.sign_in()
    caller = desk.app.keyring.verify(answer["access_token"], desk.clock())
    assert (caller.practice_id, caller.user_id, caller.role) == (practice_id, answer["user"]["id"], "owner")
    assert caller.scopes == SCOPES["owner"]
    assert caller.session_id
    assert answer["expires_at"] == "2031-03-05T12:10:00+00:00"
    assert answer["user"]["time_zone"] == answer["practice"]["time_zone"] == "Europe/Berlin"
    assert answer["practice"]["plan"] == "standard"


def test_the_address_may_be_written_in_any_case(desk: Any) -> None:
    """People write their e-mail as they like."""
    desk.provision()
    assert desk.sign_in(email=" Demo@TOP-hearing.example ")["session"]


def test_a_wrong_password_and_an_unknown_user_sound_the_same(desk: Any) -> None:
    """Nobody learns who works here."""
    desk.provision()
    assert code(desk, "wrong") == code(desk, "wrong", "nobody@example.org") == "bad_credentials"


def test_an_unknown_user_costs_the_same_hash_work(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One verification with the same parameters, or the time of the answer would tell who works here."""
    desk.provision()
    worked_on: list[str] = []
    real = PasswordHasher.verify

    def verify(self: PasswordHasher, stored: str, password: str) -> bool:
        worked_on.append(stored.rsplit("$", 2)[0])
        return real(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    code(desk, "wrong")
    code(desk, "wrong", "nobody@example.org")
    assert worked_on == ["$argon2id$v=19$m=19456,t=2,p=1"] * 2


def test_neither_password_nor_session_token_is_stored(desk: Any) -> None:
    """argon2id for the one, SHA-256 for the other."""
    desk.provision()
    token = desk.sign_in()["session"]
    stored = desk.app.db.read(lambda s: (s.orm.scalars(select(UserRow)).one(), s.orm.scalars(select(SessionRow)).one()))
    assert stored[0].password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert token not in str(vars(stored[1]))
    assert len(token) >= 43


def test_after_five_failures_even_the_right_password_waits(desk: Any) -> None:
    """For half a minute, and the answer says how long."""
    desk.provision()
    for _ in range(5):
        assert code(desk, "wrong") == "bad_credentials"
    with pytest.raises(Refused) as caught:
        desk.sign_in()
    assert (caught.value.code, caught.value.facts) == ("too_many_attempts", {"retry_after": 30})
    desk.clock.forward(seconds=30)
    assert desk.sign_in()["session"]


def test_failures_from_elsewhere_do_not_lock_the_owner_out(desk: Any) -> None:
    """Counted per e-mail and address."""
    desk.provision()
    for _ in range(5):
        code(desk, "wrong", address="198.51.100.7")
    assert code(desk, address="198.51.100.7") == "too_many_attempts"
    assert desk.sign_in(address="203.0.113.9")["session"]


def test_unknown_users_are_throttled_alike(desk: Any) -> None:
    """The throttle does not tell who exists, either."""
    desk.provision()
    for _ in range(5):
        code(desk, "wrong", "nobody@example.org")
    assert code(desk, "wrong", "nobody@example.org") == "too_many_attempts"


def test_success_forgets_the_failures(desk: Any) -> None:
    """Four typing errors a day do not add up."""
    desk.provision()
    for _ in range(3):
        for _ in range(4):
            code(desk, "wrong")
        desk.sign_in()


def test_two_sign_ins_at_once_do_not_meet_in_the_count(desk: Any) -> None:
    """One forgets the failures while the other counts its attempt: they wait for each other, and both succeed."""
    desk.provision()
    assert code(desk, "wrong") == "bad_credentials"
    user = desk.app.db.read(store.user_by_email, "demo@top-hearing.example")
    success = Thread(target=lambda: desk.app.db.write(usecases.open_session, desk.clock(), user, "", None))

    def before_the_count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE sign_in_attempts") and not success.ident:
            success.start()
            success.join(1)

    event.listen(desk.app.db.engine, "before_cursor_execute", before_the_count)
    assert desk.sign_in()["user"]["name"] == "Dora Demo"
    success.join(60)
    assert success.ident
    assert not success.is_alive()


def test_a_sign_in_with_the_old_password_ends_when_there_is_a_new_one(desk: Any, meanwhile: Any) -> None:
    """It was right when it was judged; it opens no session, and the renewal of its hash does not undo the new."""
    desk.provision()
    store_hash_with_old_parameters(desk)
    desk.ask("forgot_password", {"email": "demo@top-hearing.example"})
    token = desk.token("password.forgotten")
    meanwhile(lambda: desk.ask("choose_password", {"token": token, "password": "battery staple"}))
    assert code(desk) == "bad_credentials"
    assert desk.app.db.read(lambda s: s.orm.scalars(select(SessionRow)).all()) == []
    assert code(desk) == "bad_credentials"
    assert desk.sign_in("battery staple")["session"]


def test_a_sign_in_beside_another_that_renews_the_hash_succeeds(desk: Any, meanwhile: Any) -> None:
    """The password is the same: it is judged once more."""
    desk.provision()
    store_hash_with_old_parameters(desk)
    meanwhile(desk.sign_in)
    assert desk.sign_in()["session"]


@pytest.mark.parametrize(("change", "comes"), [({"active": False}, "bad_credentials"), ({"role": "readonly"}, "")])
def test_what_a_user_may_no_more_counts_for_a_sign_in_under_way(
    desk: Any, meanwhile: Any, change: dict[str, Any], comes: str
) -> None:
    """Who is deactivated stays out, who has another role comes in with that."""
    desk.provision()
    rita = {"name": "Rita", "email": "rita@top-hearing.example", "role": "staff"}
    user = desk.as_user("invite_user", rita)
    desk.ask("choose_password", {"token": desk.token("user.invited"), "password": "battery staple"})
    meanwhile(lambda: desk.as_user("update_user", {"id": user["id"], **change}))
    if comes:
        assert code(desk, "battery staple", rita["email"]) == comes
    else:
        assert desk.sign_in("battery staple", rita["email"])["user"]["role"] == change["role"]


def test_old_attempts_are_purged(desk: Any) -> None:
    """The table does not grow with the guesses of strangers."""
    desk.provision()
    code(desk, "wrong", "nobody@example.org")
    desk.clock.forward(hours=2)
    desk.sign_in()
    assert desk.app.db.read(lambda s: s.orm.scalars(select(AttemptRow)).all()) == []


def test_a_session_slides(desk: Any) -> None:
    """Used every ten days it lives on; fourteen days unused end it."""
    desk.provision()
    session = desk.sign_in()["session"]
    for _ in range(3):
        desk.clock.forward(days=10)
        assert desk.ask("refresh", {"session": session})["session"] == session
    desk.clock.now += timedelta(days=14)
    with pytest.raises(Refused, match="unauthorized"):
        desk.ask("refresh", {"session": session})


def test_a_refresh_answers_as_signing_in_does(desk: Any) -> None:
    """A new access token for the same user and session."""
    desk.provision()
    first = desk.sign_in()
    desk.clock.forward(minutes=9)
    again = desk.ask("refresh", {"session": first["session"]})
    assert again.keys() == first.keys()
    assert again["access_token"] != first["access_token"]
    assert (again["user"], again["practice"]) == (first["user"], first["practice"])


def test_signing_out_ends_the_session_for_good(desk: Any) -> None:
    """Doing it twice, or with a token that never was, is no error."""
    desk.provision()
    session, other = desk.sign_in()["session"], desk.sign_in()["session"]
    for token in (session, session, "never-was"):
        assert desk.ask("sign_out", {"session": token}) == {}
    with pytest.raises(Refused, match="unauthorized"):
        desk.ask("refresh", {"session": session})
    assert desk.ask("refresh", {"session": other})


def revocations(desk: Any) -> list[Event]:
    """Every `session.revoked` so far."""
    query = select(tables.outbox.c.body).order_by(tables.outbox.c.seq)
    told = [parse_event(body) for body in desk.app.db.read(lambda session: session.scalars(query).all())]
    return [event for event in told if event.type == "session.revoked"]


def test_signing_out_is_told_once(desk: Any) -> None:
    """So that access tokens of the session are refused before their time; the session token itself is not in it."""
    practice_id = desk.provision()
    answer = desk.sign_in()
    caller = desk.app.keyring.verify(answer["access_token"], desk.clock())
    for token in (answer["session"], answer["session"], "never-was"):
        desk.ask("sign_out", {"session": token})
    [event] = revocations(desk)
    assert (event.subject, event.practice_id) == (caller.session_id, practice_id)
    assert event.data == {"session": caller.session_id, "user": caller.user_id}


def test_a_new_password_tells_the_end_of_each_session(desk: Any) -> None:
    """A lost device is out at once, not in ten minutes."""
    desk.provision()
    tokens = [desk.sign_in()["access_token"] for _ in range(2)]
    desk.as_service("set_password", {"email": "demo@top-hearing.example", "password": "battery staple"})
    ended = {desk.app.keyring.verify(token, desk.clock()).session_id for token in tokens}
    assert {event.data["session"] for event in revocations(desk)} == ended


def test_a_hash_with_old_parameters_is_renewed(desk: Any) -> None:
    """At the next sign-in, when the password is at hand."""
    desk.provision()
    store_hash_with_old_parameters(desk)
    desk.sign_in()
    assert "m=19456" in desk.app.db.read(lambda s: s.scalars(select(UserRow.password_hash)).one())
    assert desk.sign_in()


def test_a_password_set_by_the_operator_ends_the_old_one_and_its_sessions(desk: Any) -> None:
    """For who forgot it, or lost a device."""
    desk.provision()
    session = desk.sign_in()["session"]
    desk.as_service("set_password", {"email": "demo@top-hearing.example", "password": "battery staple"})
    assert code(desk) == "bad_credentials"
    with pytest.raises(Refused, match="unauthorized"):
        desk.ask("refresh", {"session": session})
    assert desk.sign_in("battery staple")["session"]


def test_a_password_set_by_the_operator_ends_the_links_that_are_out(desk: Any) -> None:
    """Whoever reads the old mails chooses no other."""
    desk.provision()
    desk.ask("forgot_password", {"email": "demo@top-hearing.example"})
    token = desk.token("password.forgotten")
    desk.as_service("set_password", {"email": "demo@top-hearing.example", "password": "battery staple"})
    with pytest.raises(Refused, match="not_found"):
        desk.ask("choose_password", {"token": token, "password": "mine now!"})


def test_the_operator_accepts_for_who_gets_no_mail(desk: Any) -> None:
    """Unless it is open to which practice they would belong."""
    desk.provision()
    desk.provision(slug="other", owner={"name": "O", "email": "o@x.example", "password": "correct horse"})
    wish = {"name": "Rita", "email": "rita@x.example", "role": "staff"}
    for owner in ("demo@top-hearing.example", "o@x.example"):
        user = desk.as_user("invite_user", wish, email=owner)
    password = {"email": wish["email"], "password": "battery staple"}
    with pytest.raises(Refused, match="not_found"):
        desk.as_service("set_password", password)
    desk.as_user("update_user", {"id": user["id"], "active": False}, email="o@x.example")
    desk.as_service("set_password", password)
    assert desk.sign_in("battery staple", wish["email"])["practice"]["slug"] == "top-hearing"
