"""Practices: provisioned once, changed by their own people only, every change told."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import inspect

from practice.__main__ import SERVICE
from practice.contracts.registry import EMITS
from practice.contracts.schemas import Practice
from runtime.edge import Access, procedures
from runtime.errors import Refused
from runtime.ids import new_id
from runtime.messages import Event
from runtime.migrate import downgrade, upgrade
from runtime.testing import Databases

OWNER = {"name": "Dora Demo", "email": "demo@top-hearing.example", "password": "correct horse"}
SAMPLES = Path(__file__).parents[2] / "samples"


def told(desk: Any) -> list[Event]:
    """Every event so far."""
    found: list[Event] = desk.told()
    return found


def refused(code: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The facts of the refusal that this call must answer with."""
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    return caught.value.facts


def test_migrations_go_up_down_and_up_again(databases: Databases) -> None:
    """Nothing stays behind but alembic's own table."""
    database = databases.new(SERVICE.migrations)
    downgrade(database.url, SERVICE.migrations)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database.url, SERVICE.migrations)


def test_a_table_of_users_made_anew_keeps_what_refers_to_it(desk: Any) -> None:
    """SQLite makes it anew for 0003. Back go all but those who are only invited: their address may be another's."""
    desk.provision()
    session = desk.sign_in()["session"]
    desk.as_user("invite_user", {"name": "Rita", "email": "rita@top-hearing.example", "role": "staff"})
    desk.ask("forgot_password", {"email": OWNER["email"]})
    token = desk.token("password.forgotten")
    downgrade(desk.app.db.url, SERVICE.migrations, "0002")
    assert [user["name"] for user in desk.as_user("users")["items"]] == ["Dora Demo"]
    upgrade(desk.app.db.url, SERVICE.migrations)
    assert desk.ask("refresh", {"session": session})["user"]["name"] == "Dora Demo"
    assert desk.ask("invited", {"token": token})["kind"] == "reset"


def test_a_provisioned_practice_is_found_by_its_slug(desk: Any) -> None:
    """Whole: with places, plan and defaults."""
    id = desk.provision()
    practice = desk.ask("by_slug", {"slug": "top-hearing"})
    assert practice["id"] == id
    assert practice["plan"] == "standard"
    assert [place["name"] for place in practice["places"]] == ["Top Hearing (S)"]
    assert set(practice) == set(Practice().fields)


def test_a_practice_is_found_by_its_id(desk: Any) -> None:
    """The same as by its slug: for pages that know the id only, such as a customer's own appointment."""
    id = desk.provision()
    assert desk.ask("by_id", {"id": id}) == desk.ask("by_slug", {"slug": "top-hearing"})


def test_an_id_that_no_practice_has_is_refused_by_name(desk: Any) -> None:
    """Unknown is `not_found`; what is no UUID, nothing, or more than an id is `invalid`."""
    desk.provision()
    assert refused("not_found", desk.ask, "by_id", {"id": new_id()}) == {}
    for payload in ({"id": "top-hearing"}, {"id": 7}, {"id": None}, {}, {"id": new_id(), "slug": "top-hearing"}):
        refused("invalid", desk.ask, "by_id", payload)


def test_provisioning_twice_makes_one_practice(desk: Any) -> None:
    """Idempotent by slug: the second call changes and tells nothing."""
    assert desk.provision() == desk.provision(name="Another name")
    assert desk.ask("by_slug", {"slug": "top-hearing"})["name"] == "Top Hearing"
    assert [event.type for event in told(desk)] == ["practice.changed", "plan.changed"]


def test_provisioning_at_the_same_moment_makes_one_practice(desk: Any) -> None:
    """The database decides; whoever comes second gets the first one's id."""
    ids: list[str] = []
    threads = [Thread(target=lambda: ids.append(desk.provision())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1


def test_one_address_signs_in_at_one_practice(desk: Any) -> None:
    """The owner's e-mail is taken, whatever its case; nothing of the second practice stays."""
    desk.provision()
    owner = {"name": "D", "email": "DEMO@top-hearing.example", "password": "correct horse"}
    refused("email_taken", desk.provision, slug="other", owner=owner)
    refused("not_found", desk.ask, "by_slug", {"slug": "other"})


def test_only_the_operator_provisions_and_sets_plans(desk: Any) -> None:
    """Neither another service nor a user with every scope nor the public."""
    desk.provision()
    plan = {"slug": "top-hearing", "plan": "premium"}
    refused("forbidden", desk.as_service, "set_plan", plan, "booking")
    refused("unauthorized", desk.as_staff, "set_plan", plan, new_id(), "practice:admin")
    refused("unauthorized", desk.ask, "set_plan", plan)
    assert desk.as_service("set_plan", plan)["plan"] == "premium"
    assert [event.type for event in told(desk)][-2:] == ["practice.changed", "plan.changed"]


def test_a_plan_set_again_tells_nothing(desk: Any) -> None:
    """No change, no event."""
    desk.provision()
    before = len(told(desk))
    desk.as_service("set_plan", {"slug": "top-hearing", "plan": "standard"})
    assert len(told(desk)) == before


def test_an_update_changes_the_fields_and_tells_the_whole_practice(desk: Any) -> None:
    """The version rises by one."""
    id = desk.provision()
    answer = desk.as_staff("update", {"name": "Besser Hören", "copy_to": "copy@x.example"}, id, "practice:admin")
    assert (answer["name"], answer["copy_to"]) == ("Besser Hören", "copy@x.example")
    event = told(desk)[-1]
    assert (event.type, event.version) == ("practice.changed", answer.pop("version"))
    assert (event.version, event.data) == (2, answer)


def test_an_update_made_from_an_old_version_is_refused(desk: Any) -> None:
    """Two owners with the same form open: the second is told."""
    id = desk.provision()
    seen = desk.as_staff("get", {}, id, "practice:read")["version"]
    assert desk.as_staff("update", {"name": "Eins", "if_version": seen}, id, "practice:admin")["version"] == seen + 1
    wish = {"name": "Zwei", "if_version": seen}
    assert refused("precondition_failed", desk.as_staff, "update", wish, id, "practice:admin") == {"version": seen + 1}
    assert desk.as_staff("get", {}, id, "practice:read")["name"] == "Eins"


def test_an_update_that_changes_nothing_tells_nothing(desk: Any) -> None:
    """Saving a form unchanged wakes nobody."""
    id = desk.provision()
    desk.as_staff("update", {"name": "Top Hearing"}, id, "practice:admin")
    desk.as_staff("update", {}, id, "practice:admin")
    assert len(told(desk)) == 2


def test_an_update_needs_the_admin_scope(desk: Any) -> None:
    """Staff and reception cannot change the practice."""
    id = desk.provision()
    assert refused("forbidden", desk.as_staff, "update", {"name": "X"}, id, "practice:write") == {
        "scope": "practice:admin"
    }


def test_places_are_kept_in_order_and_told(desk: Any) -> None:
    """A new place comes last; a changed one keeps its rank."""
    id = desk.provision()
    new = desk.as_staff("create_place", {"name": "Top Hearing (B)", "address": "Berlin"}, id, "practice:admin")
    first = desk.as_staff("places", {}, id, "practice:read")["items"][0]
    changed = desk.as_staff("update_place", {"id": first["id"], "address": "Neue Straße 2"}, id, "practice:admin")
    places = desk.as_staff("places", {}, id, "practice:read")["items"]
    assert places == [changed, new]
    assert changed == {**first, "address": "Neue Straße 2", "version": changed["version"]}
    told_places = [{name: each[name] for name in ("id", "name", "address")} for each in places]
    assert told(desk)[-1].data["places"] == told_places
    assert told(desk)[-1].version == 3


def test_a_form_for_a_place_that_is_sent_twice_adds_one(desk: Any) -> None:
    """A repeat answers what was added; another form adds a further one."""
    id, key = desk.provision(), new_id()
    wish = {"name": "B", "address": "Berlin", "idempotency_key": key}
    made = desk.as_staff("create_place", wish, id, "practice:admin")
    assert desk.as_staff("create_place", wish, id, "practice:admin") == made
    assert len(desk.as_staff("places", {}, id, "practice:read")["items"]) == 2
    assert desk.as_staff("create_place", {**wish, "idempotency_key": new_id()}, id, "practice:admin") != made


def test_two_who_change_a_place_do_not_overwrite_each_other(desk: Any) -> None:
    """A change of another place, or of the practice, is no change of this one."""
    id = desk.provision()
    new = desk.as_staff("create_place", {"name": "B", "address": "Berlin"}, id, "practice:admin")
    desk.as_staff("update", {"name": "Anders"}, id, "practice:admin")
    mine = {"id": new["id"], "if_version": new["version"]}
    changed = desk.as_staff("update_place", {**mine, "name": "C"}, id, "practice:admin")
    facts = refused("precondition_failed", desk.as_staff, "update_place", {**mine, "name": "D"}, id, "practice:admin")
    assert facts == {"version": changed["version"]}
    assert desk.as_staff("places", {}, id, "practice:read")["items"][-1] == changed


def test_another_practices_place_is_not_there(desk: Any) -> None:
    """`not_found`, never `forbidden`; and nothing changes."""
    desk.provision()
    other = desk.provision(slug="other", owner={"name": "O", "email": "o@other.example", "password": "correct horse"})
    [place] = desk.ask("by_slug", {"slug": "top-hearing"})["places"]
    refused("not_found", desk.as_staff, "update_place", {"id": place["id"], "name": "Mine"}, other, "practice:admin")
    assert desk.ask("by_slug", {"slug": "top-hearing"})["places"] == [place]


def everything_happens(desk: Any) -> str:
    """Each event at least once; the practice's id."""
    wish = {**OWNER, "practice": "Top Hearing", "locale": "de", "time_zone": "Europe/Berlin", "country": "DE"}
    desk.ask("register", {**wish, "currency": "EUR"})
    id = str(desk.provision())
    desk.ask("register", {**wish, "currency": "EUR"})
    desk.ask("forgot_password", {"email": OWNER["email"]})
    desk.as_user("invite_user", {"name": "Rita Reception", "email": "rita@top-hearing.example", "role": "reception"})
    desk.ask("sign_out", {"session": desk.sign_in()["session"]})
    return id


@pytest.mark.parametrize("type", sorted(EMITS))
def test_each_event_looks_like_its_golden_sample(desk: Any, type: str) -> None:
    """What is on the wire is written down: only ids may differ."""
    id = everything_happens(desk)
    sample = json.loads((SAMPLES / f"{type}.json").read_text())
    event = next(event for event in told(desk) if event.type == type)
    ids = {id: sample["practiceid"], event.id: sample["id"], event.subject: sample["subject"]}
    ids |= {event.data[name]: sample["data"][name] for name in ("session", "user") if name in event.data}
    ids |= {event.practice_id: sample["practiceid"]}
    ids |= {place["id"]: sample["data"]["places"][0]["id"] for place in event.data.get("places", [])}
    text = event.to_json()
    for own, written in ids.items():
        text = text.replace(own, written)
    assert json.loads(text) == {**sample, "traceparent": event.traceparent}
    assert EMITS[type].data().validate(event.data) == {}


def test_every_emitted_type_is_in_the_contract(desk: Any) -> None:
    """No event without a schema and a sample, no sample without an event."""
    everything_happens(desk)
    assert {event.type for event in told(desk)} == set(EMITS)
    assert {file.stem for file in SAMPLES.glob("*.json")} == set(EMITS)


def test_what_is_public_is_a_short_list() -> None:
    """Everything else needs an identity; every staff method names its scope."""
    specs = procedures(SERVICE.edge)
    public = {name for name, spec in specs.items() if spec.allow is Access.PUBLIC}
    by_link = {"registration", "confirm", "invited", "choose_password"}
    assert public == {"by_slug", "by_id", "sign_in", "refresh", "sign_out", "register", "forgot_password"} | by_link
    assert all(spec.scope for spec in specs.values() if spec.allow is Access.STAFF)
    assert all(spec.schema for spec in specs.values())
