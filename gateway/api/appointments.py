"""The planner's appointments: list, details, changes of state and time."""

from uuid import UUID

from flask import Response, g
from marshmallow import ValidationError, fields, validate, validates_schema
from webargs.fields import DelimitedList

from gateway.api import answers, examples
from gateway.api.announcements import NO_SMS, Ways, possible
from gateway.api.fields import Body, Email, Flag, Id, Instant, Phone, Text, Whole
from gateway.api.framework import KEY, MATCH, Blueprint, Page, answer, idempotency_key, if_match, listing, versioned
from gateway.api.public import Customer
from gateway.clients import Json
from gateway.context import current_services, gateway, hurrying
from runtime.errors import Unavailable

routes = Blueprint("appointments", staff=True, description="The planner's appointments")

REMIND = "remind"
ACTIONS = {
    "accept": "Accept a pending appointment",
    "decline": "Decline a pending appointment",
    "cancel": "Cancel an appointment",
    "complete": "Mark an appointment as completed",
    "miss": "Mark an appointment as missed",
}


class AppointmentQuery(Page):
    """Which appointments. All conditions hold together."""

    from_ = Instant(data_key="from", metadata={"description": "that end after this instant"})
    to = Instant(metadata={"description": "that start before this instant"})
    calendar = Id()
    status = DelimitedList(
        fields.String(validate=validate.OneOf(answers.STATUSES)), metadata={"description": "one or several, by commas"}
    )
    customer = Id()
    q = Text(longest=100, metadata={"description": "name, e-mail or phone"})
    scope = fields.String(validate=validate.OneOf(("upcoming", "past")))


class StaffCustomer(Customer):
    """For whom: an e-mail address or a phone number is enough."""

    email = Email(allow_none=True)
    phone = Phone(allow_none=True)


class StaffBooking(Ways):
    """An appointment on a client's behalf."""

    service = Id(required=True)
    calendar = Id(required=True)
    start = Instant(required=True)
    customer = fields.Nested(StaffCustomer, metadata={"description": "as entered; or `customer_id`"})
    customer_id = Id(metadata={"description": "of the customer's record: its contact, language and time zone"})
    message = Text(
        longest=2000, lines=True, empty=True, allow_none=True, metadata={"description": "what the customer said"}
    )
    note = Text(longest=2000, lines=True, empty=True, allow_none=True, metadata={"description": "staff's own"})
    notify = Flag(load_default=True)
    force = Flag(metadata={"description": "also outside the working hours; never over another appointment"})

    @validates_schema
    def one_customer(self, data: Json, **_: object) -> None:
        if ("customer" in data) == ("customer_id" in data):
            raise ValidationError("Missing data for required field.", "customer")


class Told(Body):
    """Shall the customer be told, and words that the message says."""

    notify = Flag(load_default=True)
    note = Text(longest=2000, lines=True, empty=True, allow_none=True)


class Change(Told, Ways):
    """The same, and by which ways."""


class DetailsChange(Ways):
    """What is left out stays as it is."""

    service = Id()
    duration_minutes = Whole(1, 24 * 60)
    note = Text(longest=2000, lines=True, empty=True, allow_none=True, metadata={"description": "staff's own"})
    notify = Flag(load_default=True)
    force = Flag(metadata={"description": "also outside the working hours; never over another appointment"})


class PlaceChange(Ways):
    """Where it happens."""

    kind = fields.String(required=True, validate=validate.OneOf(("address", "video", "phone")))
    name = Text(longest=200, empty=True, allow_none=True, metadata={"description": "such as a room or a branch"})
    text_ = Text(longest=2000, lines=True, empty=True, allow_none=True, data_key="text", attribute="text")
    url = Text(longest=500, empty=True, allow_none=True, metadata={"format": "uri"})
    notify = Flag(load_default=True)


class Bulk(Change):
    """Several appointments, of the same state unless their customers are reminded. Whom none of the `channels` reaches
    is told as without them."""

    ids = fields.List(Id(), required=True, validate=validate.Length(1, 100))
    action = fields.String(
        required=True,
        validate=validate.OneOf((*ACTIONS, REMIND)),
        metadata={"description": "`remind` takes any states, as long as all are to come"},
    )
    if_versions = fields.Dict(
        keys=Id(), values=Whole(1, 10**9), metadata={"description": "by id the version that you have seen"}
    )


class UndoSeveral(Body):
    """Appointments whose last change of state shall be taken back."""

    ids = fields.List(Id(), required=True, validate=validate.Length(1, 100))
    notify = Flag(load_default=True)
    if_versions = fields.Dict(
        keys=Id(), values=Whole(1, 10**9), metadata={"description": "by id the version that you have seen"}
    )


class Undone(Body):
    """Shall the customer be told?"""

    notify = Flag(load_default=True)


class StaffMove(Ways):
    """The new time."""

    start = Instant(required=True)
    calendar = Id(allow_none=True)
    notify = Flag(load_default=True)
    note = Text(longest=2000, lines=True, empty=True, allow_none=True)
    force = Flag(metadata={"description": "also outside the working hours; never over another appointment"})


@routes.route("/appointments")
@routes.refuses()
@routes.query(AppointmentQuery)
@routes.answers(200, answers.page_of(answers.Appointment), examples.page(examples.APPOINTMENT))
def list_appointments(query: Json) -> Response:
    """Appointments"""
    return listing(current_services().booking.appointments({k.rstrip("_"): v for k, v in query.items()}))


@routes.route("/appointments", methods=["POST"], parameters=[KEY])
@routes.refuses(
    *("not_found", "slot_taken", "slot_not_offered", "limit_reached", "customer_merged", "idempotency_conflict"),
    *NO_SMS,
)
@routes.body(StaffBooking, {**examples.HOLD_REQUEST, "customer": examples.CUSTOMER})
@routes.answers(201, answers.Appointment, examples.APPOINTMENT)
def create_appointment(body: Json) -> Response:
    """Book on a client's behalf

    Accepted at once; the client is told, by the ways in `channels`.
    """
    practice = gateway().practices.by_id(g.caller.practice_id)
    command = {**possible(body), "country": practice.get("country"), "idempotency_key": idempotency_key()}
    return answer(current_services().booking.book_for(command), 201)


@routes.route("/appointments/<uuid:id>")
@routes.refuses("not_found")
@routes.answers(200, answers.Appointment, examples.APPOINTMENT | {"messages": [examples.MESSAGE]})
def show_appointment(id: UUID) -> Response:
    """One appointment

    With the customer's entries as `comment`, its history, and its messages with their delivery state; `messages` is
    left out while they cannot be asked for.
    """
    return versioned(current_services().booking.appointment(str(id)) | _messages(str(id)))


def _messages(appointment: str) -> Json:
    try:
        with hurrying():
            return {"messages": current_services().notify.messages({"appointment": appointment})["items"]}
    except Unavailable:
        return {}


def _action_route(action: str) -> None:
    @routes.refuses("not_found", "invalid_transition", "precondition_failed", *NO_SMS)
    @routes.body(Change, {"channels": ["email"], "note": "Telefonisch besprochen"}, required=False)
    @routes.answers(200, answers.Appointment, examples.APPOINTMENT)
    def change(body: Json, id: UUID) -> Response:
        return versioned(current_services().booking.change_status(str(id), action, possible(body) | if_match()))

    change.__doc__ = ACTIONS[action]
    routes.add_url_rule(f"/appointments/<uuid:id>/{action}", action, change, methods=["POST"], parameters=[MATCH])


for _action in ACTIONS:
    _action_route(_action)


@routes.route("/appointments/<uuid:id>/reschedule", methods=["POST"], parameters=[MATCH])
@routes.refuses(
    *("not_found", "invalid_transition", "slot_taken", "slot_not_offered", "limit_reached", "precondition_failed"),
    *NO_SMS,
)
@routes.body(StaffMove, {"start": examples.START, "channels": ["email"]})
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def reschedule(body: Json, id: UUID) -> Response:
    """Move an appointment"""
    return versioned(current_services().booking.reschedule(str(id), possible(body) | if_match()))


@routes.route("/appointments/<uuid:id>", methods=["PATCH"], parameters=[MATCH])
@routes.refuses(
    *("not_found", "invalid_transition", "slot_taken", "slot_not_offered", "overpaid", "conflict"),
    *("precondition_failed", *NO_SMS),
)
@routes.body(DetailsChange, {"duration_minutes": 45, "note": "Bringt die alten Geräte mit", "notify": True})
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def change_details(body: Json, id: UUID) -> Response:
    """Change service, duration or note of an appointment

    The time is checked anew, with its buffers. Another service brings its own duration and price.
    """
    return versioned(current_services().booking.change_details(str(id), possible(body) | if_match()))


@routes.route("/appointments/<uuid:id>/place", methods=["POST"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed", *NO_SMS)
@routes.body(PlaceChange, {"kind": "video", "url": "https://video.example/anna", "text": "Videotermin"})
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def set_place(body: Json, id: UUID) -> Response:
    """Say where an appointment happens

    At an address or in a room (`text`), in a video call (`url`, https only), on the phone (`text`: who calls whom).
    """
    return versioned(current_services().booking.set_place(str(id), possible(body) | if_match()))


@routes.route("/appointments/bulk", methods=["POST"])
@routes.refuses("not_found", "mixed_status", "invalid_transition", "precondition_failed")
@routes.body(Bulk, {"ids": [examples.APPOINTMENT_ID], "action": "accept", "notify": True})
@routes.answers(200, answers.AppointmentList, {"items": [examples.APPOINTMENT]})
def change_several(body: Json) -> Response:
    """Change the state of several appointments

    All of them, or none: they must have the same state. Or remind the customers of several, whatever their states are.
    """
    if body["action"] == REMIND:
        return answer(current_services().booking.remind_all(body["ids"]))
    options = {name: value for name, value in body.items() if name not in ("ids", "action")}
    return answer(current_services().booking.bulk(body["ids"], body["action"], possible(options)))


@routes.route("/appointments/bulk/undo", methods=["POST"])
@routes.refuses("not_found")
@routes.body(UndoSeveral, {"ids": [examples.APPOINTMENT_ID], "if_versions": {examples.APPOINTMENT_ID: 2}})
@routes.answers(200, answers.UndoneList, examples.UNDONE)
def undo_several(body: Json) -> Response:
    """Take the last change of state of several appointments back

    Within ten minutes, of each whose time is still free and which nobody has changed since; `refused` names the others
    and why.
    """
    return answer(current_services().booking.undo_all(body.pop("ids"), body))


@routes.route("/appointments/<uuid:id>/undo", methods=["POST"], parameters=[MATCH])
@routes.refuses("not_found", "invalid_transition", "slot_taken", "too_late", "precondition_failed")
@routes.body(Undone, {}, required=False)
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def undo(body: Json, id: UUID) -> Response:
    """Take the last change of state back

    While the time is still free.
    """
    return versioned(current_services().booking.undo(str(id), body | if_match()))


@routes.route("/appointments/<uuid:id>/acknowledge", methods=["POST"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.body(Body, {}, required=False)
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def acknowledge(body: Json, id: UUID) -> Response:
    """Take an online booking out of the inbox

    Its state stays as it is.
    """
    return versioned(current_services().booking.acknowledge(str(id), if_match()))
