"""The way to a time: profile, template, week grid."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.tests.pages.conftest import week_of
from gateway.tests.pages.house import House
from gateway.tests.pages.strict import StrictClient


def test_the_profile_shows_the_practice_and_leads_to_booking(client: StrictClient) -> None:
    """Nicknames, services with duration and price; never what is not public."""
    page = client.get("/p/top-hearing")
    assert page.heading == "Top Hearing"
    assert "1 Stunde · 49,00 €" in page.text
    assert "Anna" in page.text
    assert "geheim@top-hearing.example" not in page.html


def test_prices_are_hidden_where_the_practice_wants_it(client: StrictClient, house: House) -> None:
    """K5: prices shown or hidden."""
    house.practice["show_prices"] = False
    assert "49,00" not in client.get("/p/top-hearing").text + client.get("/p/top-hearing/book").text


def test_one_template_is_not_a_choice(client: StrictClient, house: House) -> None:
    """A1: with a single released template the choice is skipped."""
    del house.services[1:]
    assert client.get("/p/top-hearing/book").heading == "Wann möchten Sie kommen?"


def test_of_several_templates_one_is_chosen(client: StrictClient, house: House) -> None:
    """A1: the choice comes first."""
    page = client.get("/p/top-hearing/book")
    assert page.heading == "Worum geht es?"
    assert len(page.all("a", class_="choice")) == len(house.services)


def test_the_week_has_seven_open_days_across_weekends(client: StrictClient, house: House) -> None:
    """A2: closed days are skipped, also a holiday, across the border of the week."""
    house.closed.add(date(2026, 3, 25))
    heads = [" ".join("".join(th.itertext()).split()) for th in client.get(week_of(house)).all("th")]
    assert heads == [
        "Mo 23. März", "Di 24. März", "Do 26. März", "Fr 27. März", "Mo 30. März", "Di 31. März", "Mi 1. April",
    ]  # fmt: skip


def test_a_taken_slot_is_an_x_and_said_to_be_not_bookable(client: StrictClient, house: House) -> None:
    """A2: by eye and by ear; the same time on another day stays a button."""
    house.taken.add(datetime(2026, 3, 24, 8, 0, tzinfo=UTC))
    page = client.get(week_of(house))
    taken = [" ".join("".join(td.itertext()).split()) for td in page.all("td", class_="taken")]
    assert taken.count("x09:00 nicht buchbar") == 1


def test_a_full_day_stays_in_the_grid(client: StrictClient, house: House) -> None:
    """A2: full days stay, all x."""
    house.full.add(date(2026, 3, 24))
    page = client.get(week_of(house))
    assert len(page.all("th")) == 7
    assert len(page.all("td", class_="taken")) == 12


def test_a_full_page_leads_to_the_next_free_appointment(client: StrictClient, house: House) -> None:
    """The jump goes to the page that begins with that day."""
    house.full |= {date(2026, 3, 23) + timedelta(days=n) for n in range(12)}
    page = client.get(week_of(house))
    [jump] = page.all("a", data_swap="next")
    assert "Nächster freier Termin: Mo 6. April, 09:00" in page.text
    assert len(client.get(str(jump.get("href"))).all("button", class_="slot")) == 84


def test_paging_there_and_back_meets_the_same_days(client: StrictClient, house: House) -> None:
    """Later begins after the last day; earlier from there shows the first page again, and ends at today."""
    first = client.get(week_of(house))
    later = client.get(str(first.find("a", data_swap="later").get("href")))
    back = client.get(str(later.find("a", data_swap="earlier").get("href")))
    titles = [page.find("h2", id="week-heading").text.strip() for page in (first, later, back)]  # type: ignore[union-attr]
    assert titles == ["23. März – 31. März", "1. April – 9. April", "23. März – 31. März"]
    assert not back.all("a", data_swap="earlier")


def test_paging_ends_where_nothing_can_be_booked_any_more(client: StrictClient, house: House) -> None:
    """No endless walk through pages of x."""
    house.window_days = 5
    assert not client.get(week_of(house)).all("a", data_swap="later")


@pytest.mark.parametrize("tail", ["&from=gestern", "&from=1999-01-01", "&tz=Mars/Olympus", "&start=soon", "&before=x"])
def test_a_mistyped_address_shows_the_grid(client: StrictClient, house: House, tail: str) -> None:
    """Never an error for what a person can mistype."""
    assert client.get(week_of(house) + tail).heading == "Wann möchten Sie kommen?"


def test_another_zone_moves_the_times_and_says_so(client: StrictClient, house: House) -> None:
    """K2: times in the reader's zone, with a note."""
    page = client.get(week_of(house) + "&tz=America/New_York")
    assert "Alle Zeiten gelten für New York, nicht für Berlin" in page.text
    assert "04:00" in page.text  # 9:00 in Berlin; New York has changed its clocks already


def test_an_unknown_service_is_a_friendly_404(client: StrictClient) -> None:
    """Foreign and mistyped ids alike."""
    page = client.get("/p/top-hearing/book?service=11111111-1111-4111-8111-111111111111")
    assert page.status == 404
    assert page.heading == "Diese Seite gibt es nicht"
