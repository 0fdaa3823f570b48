"""What the routes answer, for the OpenAPI document. Answers of services pass through as they are: these describe."""

from gateway.api.answers.parts import STATUSES, Place, page_of
from gateway.api.answers.public import Booked, Hold, Managed, PublicPractice, Week
from gateway.api.answers.staff import (
    Appointment,
    BookingForm,
    Calendar,
    Closure,
    Message,
    Notifications,
    Practice,
    Preview,
    Service,
    SignedIn,
    Template,
)

__all__ = [
    "STATUSES",
    "Appointment",
    "Booked",
    "BookingForm",
    "Calendar",
    "Closure",
    "Hold",
    "Managed",
    "Message",
    "Notifications",
    "Place",
    "Practice",
    "Preview",
    "PublicPractice",
    "Service",
    "SignedIn",
    "Template",
    "Week",
    "page_of",
]
