"""The settings as a whole: where they lead, and who may change what."""

import pytest
from flask import Flask

from gateway.tests.pages.house import PLACE, House
from gateway.tests.pages.settings.samples import ANNA, READ, SERVICE, STAFF, SignIn, echo, send
from gateway.tests.pages.strict import StrictClient
from runtime.ids import new_id


def test_the_overview_leads_only_where_there_is_a_page(owner: None, client: StrictClient, app: Flask) -> None:
    """No link of it is dead, whatever else the desk has."""
    links = [str(a.get("href")) for a in client.get("/desk/settings").all("a", class_="topic")]
    assert "/desk/settings/services" in links
    routes = app.url_map.bind("localhost")
    assert all(routes.match(link)[0].startswith("pages.") for link in links)


@pytest.mark.parametrize(
    "path",
    [
        "/desk/settings",
        "/desk/settings/services",
        f"/desk/settings/services/{SERVICE['id']}",
        "/desk/settings/calendars",
        f"/desk/settings/calendars/{ANNA}",
        f"/desk/settings/hours/{ANNA}",
        f"/desk/settings/days-off/{ANNA}",
        "/desk/settings/online",
        "/desk/settings/practice",
        "/desk/settings/plan",
    ],
)
def test_who_may_only_read_sees_the_settings_and_no_button(sign_in: SignIn, client: StrictClient, path: str) -> None:
    """The only form that can be sent is the sign-out; the others are switched off."""
    sign_in(READ)
    page = client.get(path)
    assert page.status == 200
    open_forms = [f for f in page.all("form") if f.get("method") == "post" and not f.findall("fieldset[@disabled]")]
    assert [f.get("action") for f in open_forms] == ["/logout"]


@pytest.mark.parametrize(
    "path",
    [
        "/desk/settings/services/new",
        f"/desk/settings/services/{SERVICE['id']}",
        f"/desk/settings/services/{SERVICE['id']}/delete",
        "/desk/settings/calendars/new",
        f"/desk/settings/calendars/{ANNA}",
        f"/desk/settings/hours/{ANNA}",
        f"/desk/settings/days-off/{ANNA}/holidays",
        f"/desk/settings/days-off/{ANNA}/vacations/{new_id()}/delete",
        f"/desk/settings/days-off/{ANNA}/import",
        "/desk/settings/online",
        "/desk/settings/online/homepages",
        "/desk/settings/practice",
        "/desk/settings/practice/places/new",
        f"/desk/settings/practice/places/{PLACE['id']}",
    ],
)
def test_nobody_changes_what_the_role_does_not_allow(
    sign_in: SignIn, client: StrictClient, house: House, path: str
) -> None:
    """403, and no service is asked to change anything; without a sign-in the way leads to it."""
    assert str(client.post(path).location).startswith("/login")
    sign_in(READ)
    _, fields = client.get("/desk/settings").form("/logout")
    assert client.post(path, {"csrf_token": fields["csrf_token"]}).status == 403
    assert not [name for name, _ in house.calls if name.split(".")[1].startswith(("update", "create", "put", "add"))]


def test_staff_change_hours_but_not_the_practice(sign_in: SignIn, client: StrictClient, house: House) -> None:
    """As the services have it: `availability:write` is not `practice:admin`."""
    sign_in(STAFF)
    echo(house, "availability.put_hours")
    assert send(client, f"/desk/settings/hours/{ANNA}").status == 303
    assert client.get("/desk/settings/practice").find("fieldset", class_="bare").get("disabled") is not None


@pytest.mark.parametrize("path", ["services", "calendars", "hours", "days-off"])
def test_what_is_not_ours_is_not_found(owner: None, client: StrictClient, path: str) -> None:
    """Another practice's object, or one that is gone."""
    assert client.get(f"/desk/settings/{path}/{new_id()}").status == 404


def test_the_plan_says_who_has_sms(owner: None, client: StrictClient) -> None:
    """From Standard on, and whom to ask."""
    page = client.get("/desk/settings/plan")
    assert "Ihr Tarif: Standard" in page.text
    assert "SMS gibt es ab Standard" in page.text


def test_a_page_asks_a_fixed_number_of_questions(owner: None, client: StrictClient, house: House) -> None:
    """However many services, calendars and entries there are."""
    house.answers["availability.list_services"] = {
        "items": [{**SERVICE, "id": new_id()} for _ in range(50)],
        "next": None,
    }
    for path, most in {"services": 4, f"hours/{ANNA}": 6, f"days-off/{ANNA}": 6}.items():
        house.calls.clear()
        assert client.get(f"/desk/settings/{path}").status == 200
        assert len(house.calls) <= most, [name for name, _ in house.calls]
