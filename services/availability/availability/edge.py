"""The border of this service: who may ask what, and which events it reads. Each method parses, calls, answers."""

from functools import partial
from typing import Any

from availability.contracts import events, requests
from availability.usecases import calendars, days_off, import_holidays, planner, projection, services, slots
from runtime.db import Session
from runtime.edge import Access, Call, on, rpc
from runtime.messages import Event
from runtime.service import App

Request = dict[str, Any]
reading = partial(rpc, allow=Access.STAFF, scope="availability:read")
writing = partial(rpc, allow=Access.STAFF, scope="availability:write")


class AvailabilityEdge:
    """RPC methods and event handlers of `availability`."""

    def __init__(self, app: App):
        self.app = app

    # -- customers, and booking on their behalf -----------------------------------------------------------------------

    @rpc(requests.OfPractice)
    def catalogue(self, call: Call, request: Request) -> Request:
        return self.app.db.read(slots.catalogue, request["practice_id"])

    @rpc(requests.Slots)
    def slots(self, call: Call, request: Request) -> str:
        staff = call.caller.practice_id == request["practice_id"]
        return self.app.db.read(slots.slots, call.now, request, staff=staff)

    @rpc(requests.Offer, allow=Access.SERVICE)
    def offer(self, call: Call, request: Request) -> Request:
        return self.app.db.read(slots.offer, call.now, request)

    @rpc(requests.Alternatives, allow=Access.SERVICE)
    def alternatives(self, call: Call, request: Request) -> list[Request]:
        return self.app.db.read(slots.alternatives, call.now, request)

    # -- the planner --------------------------------------------------------------------------------------------------

    @reading(requests.Agenda)
    def agenda(self, call: Call, request: Request) -> Request:
        return self.app.db.read(planner.agenda_of, call.now, call.practice_id, request)

    @reading(requests.Explain)
    def explain(self, call: Call, request: Request) -> Request:
        return self.app.db.read(planner.explain, call.now, call.practice_id, request)

    # -- services -----------------------------------------------------------------------------------------------------

    @reading(requests.Nothing)
    def list_services(self, call: Call, request: Request) -> Request:
        return self.app.db.read(services.list_services, call.practice_id)

    @writing(requests.CreateService)
    def create_service(self, call: Call, request: Request) -> Request:
        return self.app.db.write(services.create_service, call.now, call.practice_id, request)

    @writing(requests.UpdateService)
    def update_service(self, call: Call, request: Request) -> Request:
        return self.app.db.write(services.update_service, call.now, call.practice_id, request)

    @writing(requests.Target)
    def delete_service(self, call: Call, request: Request) -> Request:
        return self.app.db.write(services.delete_service, call.now, call.practice_id, request)

    # -- calendars and hours ------------------------------------------------------------------------------------------

    @reading(requests.Nothing)
    def list_calendars(self, call: Call, request: Request) -> Request:
        return self.app.db.read(calendars.list_calendars, call.practice_id)

    @writing(requests.CreateCalendar)
    def create_calendar(self, call: Call, request: Request) -> Request:
        return self.app.db.write(calendars.create_calendar, call.now, call.practice_id, request)

    @writing(requests.UpdateCalendar)
    def update_calendar(self, call: Call, request: Request) -> Request:
        return self.app.db.write(calendars.update_calendar, call.now, call.practice_id, request)

    @reading(requests.OfCalendar)
    def get_hours(self, call: Call, request: Request) -> Request:
        return self.app.db.read(calendars.get_hours, call.practice_id, request)

    @writing(requests.PutHours)
    def put_hours(self, call: Call, request: Request) -> Request:
        return self.app.db.write(calendars.put_hours, call.now, call.practice_id, request)

    @reading(requests.PreviewHours)
    def preview_hours(self, call: Call, request: Request) -> Request:
        return self.app.db.read(calendars.preview_hours, call.practice_id, request)

    # -- days off -----------------------------------------------------------------------------------------------------

    @reading(requests.OfCalendar)
    def list_holidays(self, call: Call, request: Request) -> Request:
        return self.app.db.read(days_off.list_closures, call.practice_id, days_off.HOLIDAY, request)

    @writing(requests.AddHoliday)
    def add_holiday(self, call: Call, request: Request) -> Request:
        return self.app.db.write(days_off.add_holiday, call.now, call.practice_id, request)

    @writing(requests.RemoveEntry)
    def remove_holiday(self, call: Call, request: Request) -> Request:
        return self.app.db.write(days_off.remove_closure, call.now, call.practice_id, days_off.HOLIDAY, request)

    @reading(requests.HolidayRegions)
    def holiday_regions(self, call: Call, request: Request) -> Request:
        return import_holidays.holiday_regions(request)

    @reading(requests.ImportableHolidays)
    def importable_holidays(self, call: Call, request: Request) -> Request:
        return self.app.db.read(import_holidays.importable_holidays, call.practice_id, request)

    @writing(requests.ImportHolidays)
    def import_holidays(self, call: Call, request: Request) -> Request:
        return self.app.db.write(import_holidays.import_holidays, call.now, call.practice_id, request)

    @reading(requests.OfCalendar)
    def list_vacations(self, call: Call, request: Request) -> Request:
        return self.app.db.read(days_off.list_closures, call.practice_id, days_off.VACATION, request)

    @writing(requests.AddVacation)
    def add_vacation(self, call: Call, request: Request) -> Request:
        return self.app.db.write(days_off.add_vacation, call.now, call.practice_id, request)

    @writing(requests.RemoveEntry)
    def remove_vacation(self, call: Call, request: Request) -> Request:
        return self.app.db.write(days_off.remove_closure, call.now, call.practice_id, days_off.VACATION, request)

    @reading(requests.OfCalendar)
    def list_absences(self, call: Call, request: Request) -> Request:
        return self.app.db.read(days_off.list_absences, call.practice_id, request)

    @writing(requests.AddAbsence)
    def add_absence(self, call: Call, request: Request) -> Request:
        return self.app.db.write(days_off.add_absence, call.now, call.practice_id, request)

    @writing(requests.RemoveEntry)
    def remove_absence(self, call: Call, request: Request) -> Request:
        return self.app.db.write(days_off.remove_absence, call.now, call.practice_id, request)

    # -- events -------------------------------------------------------------------------------------------------------

    @on("practice", "practice.changed")
    def practice_changed(self, session: Session, event: Event) -> None:
        projection.practice_changed(session, self.app.clock(), event.version, events.read_practice(event))

    @on("booking", *events.APPOINTMENT_TYPES)
    def appointment_changed(self, session: Session, event: Event) -> None:
        claim = events.read_appointment(event)
        projection.claimed(session, self.app.clock(), event.practice_id, event.subject, event.version, claim)

    @on("booking", "slot.held")
    def slot_held(self, session: Session, event: Event) -> None:
        claim = events.read_hold(event)
        projection.claimed(session, self.app.clock(), event.practice_id, event.subject, event.version, claim)

    @on("booking", "slot.released")
    def slot_released(self, session: Session, event: Event) -> None:
        projection.released(session, self.app.clock(), event.practice_id, event.subject, event.version)
