"""Questions to `availability`: services, calendars, working time, slots."""

from gateway.clients.asking import Ask, Json


class Availability:
    def __init__(self, ask: Ask):
        self._ask = ask

    def catalogue(self, practice_id: str) -> Json:
        """Released services and active calendars, as the public may see them."""
        return self._ask("availability", "catalogue", {"practice_id": practice_id})

    def slots(self, practice_id: str, query: Json) -> str:
        """The slot answer as JSON text, rendered once by availability. Refused `not_found`."""
        return str(self._ask("availability", "slots", {"practice_id": practice_id, **query}))

    def agenda(self, stretch: Json) -> Json:
        """Working time, days off, absences and holds of all calendars; with a service its free slots."""
        return self._ask("availability", "agenda", stretch)

    def explain(self, question: Json) -> Json:
        """Whether a time can be booked, and everything that is against it. Refused `not_found`."""
        return self._ask("availability", "explain", question)

    def list_services(self) -> Json:
        """All services of the practice, released or not."""
        return self._ask("availability", "list_services", {})

    def create_service(self, service: Json) -> Json:
        """The new service with its id."""
        return self._ask("availability", "create_service", service)

    def update_service(self, id: str, changes: Json) -> Json:
        """The service after the changes. Refused `not_found`, `precondition_failed`."""
        return self._ask("availability", "update_service", {"id": id, **changes})

    def delete_service(self, id: str, seen: Json | None = None) -> Json:
        """Appointments already made keep what they show. Refused `not_found`, `precondition_failed`."""
        return self._ask("availability", "delete_service", {"id": id, **(seen or {})})

    def list_calendars(self) -> Json:
        """All calendars of the practice, active or not."""
        return self._ask("availability", "list_calendars", {})

    def create_calendar(self, calendar: Json) -> Json:
        """The new calendar with its id."""
        return self._ask("availability", "create_calendar", calendar)

    def update_calendar(self, id: str, changes: Json) -> Json:
        """The calendar after the changes. Refused `not_found`, `precondition_failed`."""
        return self._ask("availability", "update_calendar", {"id": id, **changes})

    def hours(self, calendar: str) -> Json:
        """Working hours per weekday, wall clock in the calendar's zone."""
        return self._ask("availability", "get_hours", {"calendar": calendar})

    def put_hours(self, calendar: str, hours: Json, seen: Json | None = None) -> Json:
        """The working hours after the change. Refused `precondition_failed`."""
        return self._ask("availability", "put_hours", {"calendar": calendar, "hours": hours, **(seen or {})})

    def preview_hours(self, calendar: str, wish: Json) -> Json:
        """The starts that `hours` would offer for `service`; of the hours that are stored, if none are sent."""
        return self._ask("availability", "preview_hours", {"calendar": calendar, **wish})

    def closures(self, kind: str, calendar: str) -> Json:
        """`kind` is holidays, vacations or absences."""
        return self._ask("availability", f"list_{kind}", {"calendar": calendar})

    def add_closure(self, kind: str, calendar: str, closure: Json) -> Json:
        """`kind` is holiday, vacation or absence; answers the appointments that it meets as `conflicts`."""
        return self._ask("availability", f"add_{kind}", {"calendar": calendar, **closure})

    def holiday_regions(self, country: str) -> Json:
        """The countries whose public holidays are known, and the subdivisions of this one."""
        return self._ask("availability", "holiday_regions", {"country": country})

    def importable_holidays(self, calendar: str, wish: Json) -> Json:
        """The public holidays of `country`, `subdivision`, `year` in a `language`."""
        return self._ask("availability", "importable_holidays", {"calendar": calendar, **wish})

    def import_holidays(self, calendars: list[str], wish: Json) -> Json:
        """Store those on `dates`; answers them, and the appointments that they meet as `conflicts`."""
        return self._ask("availability", "import_holidays", {"calendars": calendars, **wish})

    def remove_closure(self, kind: str, calendar: str, id: str) -> Json:
        """`kind` is holiday, vacation or absence. Refused `not_found`."""
        return self._ask("availability", f"remove_{kind}", {"calendar": calendar, "id": id})
