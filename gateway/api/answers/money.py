"""What an appointment costs and what was paid; the practice's figures."""

from marshmallow import fields

from gateway.api.answers.parts import Answer, Price, id_, instant, maybe, text


class Account(Answer):
    """What it costs and what is paid of that."""

    price = fields.Nested(Price, allow_none=True, metadata={"description": "what it costs; null: nothing"})
    paid = fields.Nested(Price, allow_none=True, metadata={"description": "the sum of its payments"})
    balance = fields.Nested(Price, allow_none=True, metadata={"description": "what is still open"})


class Payment(Answer):
    """Money that came in."""

    id = id_()
    amount = fields.Nested(Price, required=True)
    method = maybe("cash, card, transfer, other")
    note = maybe()
    paid_at = instant()
    user_id = maybe("who noted it", format="uuid")


class Payments(Account):
    """An appointment's price and payments."""

    appointment = id_()
    version = fields.Integer(required=True, metadata={"description": "the appointment's; also the ETag"})
    items = fields.List(fields.Nested(Payment), required=True)


class AddedPayment(Payments):
    """The same after a payment."""

    payment = id_("the new one")


class Figures(Answer):
    """Counts, and money by currency."""

    bookings = fields.Integer(required=True, metadata={"description": "all, whatever became of them"})
    open = fields.Integer(required=True, metadata={"description": "pending or accepted"})
    completed = fields.Integer(required=True)
    cancellations = fields.Integer(required=True)
    no_shows = fields.Integer(required=True)
    declined = fields.Integer(required=True)
    revenue = fields.List(fields.Nested(Price), required=True, metadata={"description": "payments, by currency"})


class PeriodFigures(Figures):
    """Figures of a day, a week or a month."""

    from_ = fields.String(required=True, data_key="from", metadata={"format": "date"})
    to = text("last day, included", format="date")


class CalendarFigures(Figures):
    """Figures of a calendar."""

    id = id_()
    nickname = text()


class ServiceFigures(Figures):
    """Figures of a service."""

    id = id_()
    name = text()


class Analytics(Answer):
    """The practice's figures."""

    from_ = fields.String(required=True, data_key="from", metadata={"format": "date"})
    to = text(format="date")
    time_zone = text("IANA name, the practice's")
    per = text(enum=["day", "week", "month"])
    total = fields.Nested(Figures, required=True)
    periods = fields.List(fields.Nested(PeriodFigures), required=True)
    calendars = fields.List(fields.Nested(CalendarFigures), required=True)
    services = fields.List(fields.Nested(ServiceFigures), required=True)
