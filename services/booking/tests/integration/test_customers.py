"""Customers' records: linked to appointments by staff, suggested, merged; messages follow them."""

from functools import partial

import pytest
from sqlalchemy import event, insert

from booking.domain import customers as domain
from booking.domain.customers import Customer
from booking.models import customers
from booking.store import customers as rows
from runtime.ids import new_id

OTHER_PRACTICE = "99999999-9999-4999-8999-999999999999"
NAMES = ("Anna", "Ben", "Carla", "David", "Erika", "Fritz", "Greta", "Hans", "Ida", "Jonas", "Karla", "Lars", "Mia")


def create(desk, first="Erika", last="Müller", **more):
    if not more.keys() & {"email", "phone"}:
        more["phone"] = "0711 123456"
    return desk.staff("create_customer", first_name=first, last_name=last, **more)


def link(desk, id, **how):
    return desk.staff("link_customer", id=id, **how)


def suggest(desk, **whose):
    found = desk.staff("customer_suggestions", **whose)["items"]
    return [(one["customer"]["first_name"] + " " + one["customer"]["last_name"], one["reasons"]) for one in found]


def names(page):
    return [item["last_name"] for item in page["items"]]


def test_a_customer_needs_no_more_than_a_name_and_a_phone(desk):
    """The number is normalised by the practice's country; what was typed is kept."""
    made = create(desk, phone="(0711) 12 34 56", country="DE", note="Klingelt laut")
    assert (made["phone"], made["phone_typed"], made["email"]) == ("+49711123456", "(0711) 12 34 56", None)
    assert (made["version"], made["locale"], made["note"], made["merged_into"]) == (1, "de", "Klingelt laut", None)
    assert desk.staff("customer", id=made["id"]) == made
    assert create(desk, phone="01 42 68 53 00", country="FR")["phone"] == "+33142685300"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"phone": "call me"}, "phone"), ({"email": "nobody"}, "email"), ({"email": None}, "email"), ({"x": 1}, "x")],
)
def test_bad_entries_are_named(lite, wrong, field):
    """And nothing is stored."""
    given = {"first_name": "Erika", "last_name": "Müller", **wrong}
    assert field in lite.refused(lite.staff, "create_customer", **given).facts["errors"]
    assert lite.count(customers) == 0


def test_a_repeat_under_the_same_key_makes_one_record(desk):
    """Another body under it is refused."""
    key = {"idempotency_key": new_id()}
    assert create(desk, **key) == create(desk, **key)
    assert desk.refused(create, desk, "Erik", **key).code == "idempotency_conflict"
    assert desk.count(customers) == 1


def test_customers_are_found_by_name_address_and_number_in_pages(desk):
    """Without regard to case, accents, umlauts written out, and signs in numbers; in the order of their names."""
    create(desk, "Erika", "Müller", email="Erika@Example.org", phone="0711 123456")
    create(desk, "Jürgen", "Groß", phone="0170 5555555")
    create(desk, "Zoë", "Mueller-Lüdenscheidt", phone="0711 999")
    create(desk, "Ann", "Ödland", phone="0711 998")
    for words in ("MULLER erika", "mueller eri", "example.org", "0711 123", "+49711123456", "müll 711123"):
        assert "Müller" in names(desk.staff("customers", q=words)), words
    assert names(desk.staff("customers", q="gross")) == ["Groß"]
    assert names(desk.staff("customers", q="%")) == names(desk.staff("customers", q="erika gross")) == []
    first = desk.staff("customers", limit=3)
    assert names(first) == ["Groß", "Müller", "Mueller-Lüdenscheidt"]
    assert names(desk.staff("customers", limit=3, cursor=first["next"])) == ["Ödland"]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA==", "W10=", "WzEsMiwzXQ==", "WyJhIiwiYiIsImMiXQ=="])
def test_a_made_up_cursor_is_refused(lite, cursor):
    """Whatever it decodes to."""
    assert "cursor" in lite.refused(lite.staff, "customers", cursor=cursor).facts["errors"]


def test_a_booking_makes_no_customer_and_staff_make_one_of_it(desk):
    """The record gets the booked contact, language and zone; what staff correct stands in its place."""
    id = desk.book(locale="fr", time_zone="Europe/Paris")["id"]
    assert (desk.count(customers), desk.staff("appointment", id=id)["customer_id"]) == (0, None)
    view = link(desk, id, create={"last_name": "Müller-Lang"})
    made = desk.staff("customer", id=view["customer_id"])
    assert (made["first_name"], made["last_name"], made["email"]) == ("Erika", "Müller-Lang", "erika@example.org")
    assert (made["locale"], made["time_zone"], made["counts"]["booked"]) == ("fr", "Europe/Paris", 1)
    assert (view["customer"]["last_name"], view["booked_by"]["last_name"]) == ("Müller-Lang", "Müller")
    assert link(desk, id, create={"last_name": "Müller-Lang"}) == view
    assert desk.count(customers) == 1


def test_once_linked_messages_go_to_the_customer_and_the_entries_stay(desk):
    """Told as an update that nobody is notified of; the link's holder sees what was entered, not the record."""
    booked = desk.book()
    kept = desk.staff("appointment", id=booked["id"])
    customer = create(desk, "Erika", "Lang", email="lang@example.org", locale="en", phone="0711 222222")
    view = link(desk, booked["id"], customer_id=customer["id"])
    assert (view["customer"]["email"], view["customer"]["id"]) == ("lang@example.org", customer["id"])
    assert (view["comment"], view["answers"]) == (kept["comment"], kept["answers"])
    assert view["history"][-1]["changed"] == {"customer": {"from": None, "to": "Erika Lang"}}
    told = desk.events("appointment.updated")[-1]
    assert (told["data"]["customer"], told["data"]["customer_id"]) == (view["customer"], customer["id"])
    assert (told["data"]["notify"], told["objectversion"]) == (False, 2)
    [linked] = desk.events("customer.linked")
    assert linked["data"] == {"appointment": booked["id"], "customer": customer["id"], "previous": None}
    assert (linked["subject"], linked["objectversion"]) == (booked["id"], 2)
    assert desk.call("managed", token=booked["manage_token"])["customer"] == kept["customer"]
    desk.staff("change_status", id=booked["id"], action="cancel")
    assert desk.events("appointment.cancelled")[0]["data"]["customer"]["email"] == "lang@example.org"
    assert [a["id"] for a in desk.staff("appointments", customer=customer["id"])["items"]] == [booked["id"]]


def test_unlinking_gives_the_booked_contact_back(desk):
    """With its version checked; repeats of either change nothing; an undo of the status stays possible."""
    id = desk.book()["id"]
    before = desk.staff("appointment", id=id)
    desk.staff("change_status", id=id, action="cancel")
    customer = create(desk, "Erika", "Lang")
    view = link(desk, id, customer_id=customer["id"], if_version=2)
    assert link(desk, id, customer_id=customer["id"], if_version=2) == view
    other = create(desk, "Erik", "Lang")["id"]
    refused = desk.refused(link, desk, id, customer_id=other, if_version=2)
    assert (refused.code, refused.facts) == ("precondition_failed", {"version": 3})
    after = desk.staff("unlink_customer", id=id, if_version=3)
    assert desk.staff("unlink_customer", id=id, if_version=3) == after
    for name in ("customer", "customer_id", "comment", "booked_by", "phone_typed"):
        assert after[name] == before[name]
    assert desk.events("customer.linked")[-1]["data"]["previous"] == customer["id"]
    assert desk.staff("undo", id=id)["status"] == "accepted"


def test_a_changed_contact_reaches_coming_appointments_and_tells_of_them_only(desk):
    """Past ones show it, too, but nobody hears of them."""
    past, coming = desk.book(24)["id"], desk.book(96)["id"]
    customer = create(desk, "Erika", "Lang")
    for id in (past, coming):
        link(desk, id, customer_id=customer["id"])
    desk.clock.forward(hours=48)
    told = len(desk.events())
    changed = desk.staff("update_customer", id=customer["id"], email="new@example.org", if_version=1)
    assert (changed["version"], changed["phone"]) == (2, "+49711123456")
    [update] = desk.events()[told:]
    assert (update["type"], update["subject"]) == ("appointment.updated", coming)
    assert update["data"]["customer"]["email"] == "new@example.org"
    step = desk.staff("appointment", id=coming)["history"][-1]["changed"]
    assert step == {"contact": {"from": "Erika Lang, +49711123456", "to": "Erika Lang, new@example.org, +49711123456"}}
    assert desk.staff("appointment", id=past)["customer"]["email"] == "new@example.org"
    desk.staff("update_customer", id=customer["id"], note="Kommt gern früher", if_version=2)
    assert len(desk.events()) == told + 1
    assert desk.refused(desk.staff, "update_customer", id=customer["id"], note="", if_version=2).code == (
        "precondition_failed"
    )


def test_a_customer_stays_reachable(desk):
    """The last of phone and e-mail is not taken away."""
    customer = create(desk)
    refused = desk.refused(desk.staff, "update_customer", id=customer["id"], phone=None)
    assert list(refused.facts["errors"]) == ["email"]
    changed = desk.staff("update_customer", id=customer["id"], phone=None, email="e@example.org")
    assert (changed["phone"], changed["phone_typed"], changed["email"]) == (None, None, "e@example.org")


def test_suggestions_name_their_reasons_the_likeliest_first(desk):
    """The same number however written, the same address in any case, a similar name; never another practice's."""
    create(desk, "Karl", "Unbekannt", phone="+49 (711) 123456")
    create(desk, "Else", "Mustermann", email="ERIKA@example.org")
    create(desk, "Erica", "Mueller", phone="0711 2")
    create(desk, "Müller", "Erika", phone="0711 123-456", email="erika@example.org")
    create(desk, "Ernst", "Meier", phone="0711 3")
    desk.staff("create_customer", OTHER_PRACTICE, first_name="Erika", last_name="Müller", phone="0711 123456")
    assert suggest(desk, id=desk.book()["id"]) == [
        ("Müller Erika", ["phone", "email", "name"]),
        ("Karl Unbekannt", ["phone"]),
        ("Else Mustermann", ["email"]),
        ("Erica Mueller", ["name"]),
    ]


def test_suggestions_still_look_at_the_booked_contact_when_another_customer_is_linked(desk):
    """Otherwise a wrong link would only suggest itself."""
    right, wrong = create(desk), create(desk, "Hans", "Gut", phone="0711 5")
    id = desk.book()["id"]
    link(desk, id, customer_id=wrong["id"])
    assert suggest(desk, id=id) == [("Erika Müller", ["phone", "name"])]
    assert suggest(desk, customer=right["id"]) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hans Maier", "Hans Meyer", True),
        ("José Núñez", "jose nunez", True),
        ("Anna-Lena Groß", "Anna Lena Gross", True),
        ("Müller Erika", "Erika Mueller", True),
        ("Chris Müller", "Christian Müller", True),
        ("Hans Meier", "Jens Meier", False),
        ("Anna Schmidt", "Anna Schneider", False),
        ("Анна Чехова", "Анна Чехов", True),
    ],
)
def test_names_are_alike_or_not(one, other, same):
    """As a person would say."""
    keys = [tuple(map(domain.name_key, name.rsplit(" ", 1))) for name in (one, other)]
    assert bool(domain.likeness(*keys[0], *keys[1])) is same


def test_merging_moves_everything_and_keeps_what_only_one_knew(desk):
    """After a preview that changes nothing; the old id leads to the new one, and a chain of merges to its end."""
    stays = create(desk, "Erika", "Müller", email="erika@example.org", phone=None, note="Klingelt laut")
    goes = create(desk, "Erika", "Mueller", phone="0711 123456", note="Parkt hinten")
    past, coming = desk.book(24)["id"], desk.book(96)["id"]
    for id in (past, coming):
        link(desk, id, customer_id=goes["id"])
    desk.clock.forward(hours=48)
    command = {"id": stays["id"], "duplicate": goes["id"]}
    preview = desk.staff("merge_customers", **command, preview=True)
    assert (preview["moved"], preview["customer"]["phone"]) == (2, "+49711123456")
    assert desk.staff("customer", id=stays["id"]) == stays
    told = len(desk.events())
    done = desk.staff("merge_customers", **command, if_version=1)
    assert (done["moved"], done["customer"]["counts"]["booked"]) == (2, 2)
    assert done["customer"]["note"] == "Klingelt laut\n\nParkt hinten"
    assert sorted(event["type"] for event in desk.events()[told:]) == ["appointment.updated", "customer.linked"]
    assert {desk.staff("appointment", id=id)["customer_id"] for id in (past, coming)} == {stays["id"]}
    assert desk.staff("customer", id=goes["id"])["merged_into"] == stays["id"]
    assert names(desk.staff("customers")) == ["Müller"]
    refused = desk.refused(link, desk, past, customer_id=goes["id"])
    assert (refused.code, refused.facts) == ("customer_merged", {"customer": stays["id"]})
    last = create(desk, "Erika", "Lang")
    desk.staff("merge_customers", id=last["id"], duplicate=stays["id"])
    assert desk.staff("customer", id=goes["id"])["merged_into"] == last["id"]
    assert (
        "duplicate" in desk.refused(desk.staff, "merge_customers", id=last["id"], duplicate=last["id"]).facts["errors"]
    )


def test_staff_book_for_a_customer_in_his_language_and_zone(desk):
    """A phone is enough. Unlinked, the appointment keeps the contact it was booked with."""
    customer = create(desk, locale="ru", time_zone="Asia/Yekaterinburg")
    wish = {"service": desk.service, "calendar": desk.anna, "start": desk.at(24), "idempotency_key": new_id()}
    booked = desk.staff("book_for", **wish, customer_id=customer["id"])
    assert desk.staff("book_for", **wish, customer_id=customer["id"]) == booked
    [told] = desk.events("appointment.booked")
    assert (
        told["data"]["customer"] | {"email": None, "locale": "ru", "time_zone": "Asia/Yekaterinburg"}
        == (told["data"]["customer"])
    )
    assert [event["data"]["customer"] for event in desk.events("customer.linked")] == [customer["id"]]
    view = desk.staff("unlink_customer", id=booked["id"])
    assert (view["customer_id"], view["customer"]["phone"]) == (None, "+49711123456")
    both = {"customer": {"first_name": "A", "last_name": "B", "phone": "0711 1"}, "customer_id": customer["id"]}
    assert "customer" in desk.refused(desk.staff, "book_for", **wish, **both).facts["errors"]


def test_the_record_counts_what_became_of_the_appointments(desk):
    """Booked, cancelled, missed, completed, coming; the next and the last."""
    customer = create(desk)
    ids = [desk.book(hours)["id"] for hours in (1, 2, 3, 50, 60)]
    for id in ids:
        link(desk, id, customer_id=customer["id"])
    desk.clock.forward(hours=5)
    for id, action in zip(ids, ("complete", "miss", "complete", "cancel"), strict=False):
        desk.staff("change_status", id=id, action=action)
    found = desk.staff("customers")["items"][0]
    counted = {"booked": 5, "cancelled": 1, "declined": 0, "missed": 1, "completed": 2, "coming": 1}
    assert (found["counts"], found["next_start"], found["last_start"]) == (counted, desk.at(60), desk.at(3))


def test_another_practice_has_no_part_in_it(desk):
    """Its customers and appointments are not found, from either side."""
    customer, id = create(desk), desk.book()["id"]
    foreign = desk.staff("create_customer", OTHER_PRACTICE, first_name="A", last_name="B", phone="0711 1")
    calls = [
        ("customer", {"id": customer["id"]}),
        ("update_customer", {"id": customer["id"], "note": "x"}),
        ("merge_customers", {"id": foreign["id"], "duplicate": customer["id"]}),
        ("customer_suggestions", {"id": id}),
        ("customer_suggestions", {"customer": customer["id"]}),
        ("link_customer", {"id": id, "customer_id": foreign["id"]}),
        ("unlink_customer", {"id": id}),
    ]
    for method, payload in calls:
        assert desk.refused(desk.staff, method, OTHER_PRACTICE, **payload).code == "not_found", method
    assert desk.refused(link, desk, id, customer_id=foreign["id"]).code == "not_found"
    assert [c["id"] for c in desk.staff("customers", practice_id=OTHER_PRACTICE)["items"]] == [foreign["id"]]


def test_links_changes_and_merges_at_once_do_not_wait_for_each_other_for_ever(desk):
    """And leave no appointment with a record that was merged away."""
    ids = [desk.book(24 + number)["id"] for number in range(4)]
    stays, goes = create(desk), create(desk, "Erika", "Mueller")
    calls = [partial(link, desk, id, customer_id=goes["id"]) for id in ids]
    calls.append(lambda: desk.staff("merge_customers", id=stays["id"], duplicate=goes["id"]))
    calls.append(lambda: desk.staff("update_customer", id=goes["id"], email="e@example.org"))
    for answer in desk.race(*calls):
        assert not isinstance(answer, Exception) or answer.code == "customer_merged"
    linked = {desk.staff("appointment", id=id)["customer_id"] for id in ids}
    assert linked <= {stays["id"], None}


def fill(desk, number):
    """So many customers, their names spread as names are."""

    def made(n):
        first, last = NAMES[n % 13], f"{NAMES[n // 13 % 13]}{'aeiou'[n % 5]}{n % 97}"
        values = {"id": new_id(), "practice_id": desk.practice, "version": 1, "note": "", "time_zone": None}
        phone = {"phone": f"+49711{n:06}", "phone_typed": None, "email": f"{n}@example.org", "locale": "de"}
        times = {"created_at": desk.clock.now, "changed_at": desk.clock.now, "merged_into": None}
        return rows._values(Customer(first_name=first, last_name=last, **values, **phone, **times))

    desk.db.write(lambda session: session.execute(insert(customers), [made(n) for n in range(number)]))
    desk.sql("analyze")


def test_suggestions_and_pages_take_a_constant_number_of_statements_on_indexes(desk):
    """However many customers there are."""
    fill(desk, 2000)
    id = desk.book()["id"]
    statements = []
    engines = {desk.db.engine, desk.db._reading}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", lambda *args: statements.append((args[2], args[3])))
    desk.staff("customer_suggestions", id=id)
    asked = [one for one in statements if one[0].startswith("SELECT")]
    statements.clear()
    desk.staff("customers", limit=50)
    assert len(asked) in (3, 4), "the booking, its namesakes, who is suggested, their counts"
    assert sum(one[0].startswith("SELECT") for one in statements) == 2, "the page, its counts"
    if desk.kind == "postgresql":
        explain = desk.db.read(lambda s: s.connection.exec_driver_sql("explain " + asked[1][0], asked[1][1]).fetchall())
        assert "Seq Scan on customers" not in str(explain)
        assert "customers_initials" in str(explain)


def test_a_coming_appointment_is_told_once_however_often_nothing_changes(desk):
    """An update that changes no contact is no news."""
    customer, id = create(desk), desk.book()["id"]
    link(desk, id, customer_id=customer["id"])
    told = len(desk.events())
    desk.staff("update_customer", id=customer["id"], first_name="Erika")
    assert len(desk.events()) == told


def test_a_name_whose_plain_form_is_far_longer_can_be_stored_and_found(desk):
    """One letter may stand for a whole sentence; a search compares as much of it as there is room for."""
    made = create(desk, "ﷺ" * 100, "ﷺ" * 100)
    create(desk, "Erika", "Müller")
    assert desk.staff("customer", id=made["id"])["last_name"] == "ﷺ" * 100
    page = desk.staff("customers", limit=1)
    assert names(desk.staff("customers", limit=1, cursor=page["next"])) == ["ﷺ" * 100]
