"""The data of availability's events."""

from marshmallow import Schema, fields

from availability.contracts.schemas.settings import CalendarFacts, ServiceFacts
from runtime.contract import flag, instant, several


class ServiceChanged(ServiceFacts):
    """The whole service after the change."""

    deleted = flag("True: it is gone; appointments that were booked stay.")


class CalendarChanged(CalendarFacts):
    """The whole calendar after the change."""

    deleted = flag("True: it is gone.")


class SlotsChanged(Schema):
    """Which slots may differ now. What is null is not limited."""

    calendars = several(fields.UUID(), "Slots of these calendars; null: of all.", null=True)
    services = several(fields.UUID(), "Slots of these services; null: of all.", null=True)
    from_ = instant("Slots that touch the time from then on; null: at any time before.", null=True, key="from")
    until = instant("Slots that touch the time before then; null: at any time after.", null=True)
