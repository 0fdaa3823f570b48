"""The booking form's own questions, the widget, and how services are booked."""

from gateway.tests.pages.house import House
from gateway.tests.pages.settings.samples import SERVICE, echo, send
from gateway.tests.pages.strict import StrictClient
from runtime.errors import Refused


def test_questions_come_go_and_change_places_before_they_are_stored(
    owner: None, client: StrictClient, house: House
) -> None:
    """A question keeps its name, a new one gets one that is free."""
    echo(house, "booking.update_form")
    house.fields = [{"name": "ohr", "label": "Welches Ohr?", "kind": "choice", "required": True, "choices": ["L", "R"]}]
    added = send(client, "/desk/settings/online", action="add")
    action, fields = added.form("/online")
    typed = fields | {"label_1": "Ohr", "kind_1": "tick", "kind_0": "choice", "required_0": "1", "choices_0": "L\nR"}
    moved = client.post(action, typed | {"action": "up:1"})
    assert moved.find("input", id="label_0").get("value") == "Ohr"
    assert not house.asked("booking.update_form")
    assert client.post(action, typed | {"action": "save", "max_open_bookings": "3"}).status == 303
    [sent] = house.asked("booking.update_form")
    assert [one["name"] for one in sent["fields"]] == ["ohr", "ohr_2"]
    assert (sent["fields"][0]["choices"], sent["fields"][1]["kind"], sent["max_open_bookings"]) == (
        ["L", "R"],
        "tick",
        3,
    )


def test_a_form_that_somebody_changed_meanwhile_is_not_overwritten_unseen(
    owner: None, client: StrictClient, house: House
) -> None:
    """Sending it once more is a decision."""
    house.answers["booking.update_form"] = Refused("precondition_failed", {"version": 444})
    action, fields = send(client, "/desk/settings/online", action="add").form("/online")
    page = client.post(action, fields | {"label_0": "Meine?", "kind_0": "text", "action": "save"})
    assert page.status == 412
    assert page.find("input", id="label_0").get("value") == "Meine?"
    echo(house, "booking.update_form")
    action, fields = page.form("/online")
    assert client.post(action, fields | {"kind_0": "text", "action": "save"}).status == 303
    assert [sent["if_version"] for sent in house.asked("booking.update_form")] == [123456789, 444]


def test_a_question_without_words_or_choices_is_told_beside_it(owner: None, client: StrictClient, house: House) -> None:
    """And the limit, too."""
    action, fields = send(client, "/desk/settings/online", action="add").form("/online")
    page = client.post(action, fields | {"label_0": "", "kind_0": "choice", "max_open_bookings": "x", "action": "save"})
    assert {p.get("id") for p in page.all("p", class_="error")} == {
        "label_0-error",
        "choices_0-error",
        "max_open_bookings-error",
    }
    assert not house.asked("booking.update_form")


def test_the_widgets_line_and_the_homepages(owner: None, client: StrictClient, house: House) -> None:
    """The line names this practice; an address that is none is refused and stays."""
    echo(house, "practice.update")
    page = client.get("/desk/settings/online")
    assert 'embed.js" data-practice="top-hearing"' in "".join(page.find("pre", id="snippet").itertext())
    action, fields = page.form("/homepages")
    wrong = client.post(action, fields | {"embed_origins": "http://a.example"})
    assert wrong.status == 422
    assert (wrong.find("textarea", id="embed_origins").text or "").strip() == "http://a.example"
    assert client.post(action, fields | {"embed_origins": "https://a.example/\n\nhttps://b.example"}).status == 303
    stored = {"embed_origins": ["https://a.example", "https://b.example"], "if_version": 3}
    assert house.asked("practice.update") == [stored]
    house.answers["practice.update"] = Refused("precondition_failed", {"version": 5})
    late = client.post(action, fields | {"embed_origins": "https://c.example"})
    assert (late.status, late.form("/homepages")[1]["version"]) == (412, "5")
    assert late.form("/online")[1]["version"] == "123456789"


def test_online_booking_shows_how_each_service_is_booked(owner: None, client: StrictClient) -> None:
    """By request, two days before at the latest, sixty at the earliest; what is to be changed is one click away."""
    page = client.get("/desk/settings/online")
    [row] = [row for row in page.all("tr") if row.find("td") is not None]
    assert [("".join(cell.itertext())).strip() for cell in row.iter("td")] == [
        *("Beratung", "Buchbar", "Auf Anfrage", "2 Tage vorher", "60 Tage vorher")
    ]
    assert any(a.get("href") == f"/desk/settings/services/{SERVICE['id']}" for a in page.all("a"))
