"""Public holidays of a country and region: the list, and storing some of it."""

from typing import Any

from runtime.ids import new_id

BW = {"country": "DE", "subdivision": "BW", "year": 2026, "language": "de"}


def test_the_list_is_that_of_the_region_in_the_language(desk: Any) -> None:
    """Corpus Christi is a holiday in Baden-Württemberg, not in Berlin."""
    anna = desk.calendar()
    items = desk.staff("importable_holidays", calendar=anna, **BW)["items"]
    assert {"date": "2026-06-04", "name": "Fronleichnam", "present": False} in items
    assert [one["date"] for one in items] == sorted(one["date"] for one in items)
    berlin = desk.staff("importable_holidays", calendar=anna, **{**BW, "subdivision": "BE"})["items"]
    assert "Fronleichnam" not in {one["name"] for one in berlin}
    english = desk.staff("importable_holidays", calendar=anna, **{**BW, "language": "en"})["items"]
    assert "Corpus Christi" in {one["name"] for one in english}
    french = desk.staff("importable_holidays", calendar=anna, **{**BW, "language": "fr"})["items"]
    assert "Fronleichnam" in {one["name"] for one in french}  # the library knows no French of Germany's


def test_regions_have_names(light_desk: Any) -> None:
    """Codes for the wire, names for people; countries without regions have none."""
    answer = light_desk.staff("holiday_regions", country="DE")
    assert {"code": "BW", "name": "Baden-Württemberg"} in answer["subdivisions"]
    assert {"DE", "FR", "RU", "GB"} <= set(answer["countries"])
    assert light_desk.staff("holiday_regions")["subdivisions"] == []


def test_chosen_holidays_are_stored_for_several_calendars_and_told_once(desk: Any, appointment: Any) -> None:
    """What is there already stays one entry; appointments in the way stay and are named."""
    anna, ben, booked = desk.calendar("Anna"), desk.calendar("Ben"), new_id()
    times = ("2026-06-04T08:00:00+00:00", "2026-06-04T09:00:00+00:00")
    desk.hear("appointment.booked", booked, 1, appointment(ben, *times))
    desk.staff("add_holiday", calendar=anna, date="2026-06-04", name="Alt")
    desk.told()
    wanted = {**BW, "dates": ["2026-06-04", "2026-05-01", "2026-06-04"]}
    stored = desk.staff("import_holidays", calendars=[ben, anna, ben], **wanted)
    assert len(stored["items"]) == 4
    assert stored["conflicts"] == [booked]
    [told] = desk.told()
    assert (told.type, set(told.data["calendars"])) == ("slots.changed", {anna, ben})
    names = [(one["date"], one["name"]) for one in desk.staff("list_holidays", calendar=anna)["items"]]
    assert names == [("2026-05-01", "Erster Mai"), ("2026-06-04", "Fronleichnam")]
    present = [one["date"] for one in desk.staff("importable_holidays", calendar=ben, **BW)["items"] if one["present"]]
    assert present == ["2026-05-01", "2026-06-04"]


def test_nothing_is_stored_for_a_calendar_that_is_not_ours(desk: Any) -> None:
    """All or nothing."""
    anna = desk.calendar()
    wanted = {**BW, "dates": ["2026-05-01"]}
    foreign = "00000000-0000-4000-8000-000000000000"
    assert desk.refusal(desk.staff, "import_holidays", calendars=[anna, foreign], **wanted).code == "not_found"
    assert desk.staff("list_holidays", calendar=anna)["items"] == []
