"""What the routes answer, for the OpenAPI document. Answers of services pass through as they are: these describe."""

from gateway.api.answers.accounts import Confirmed, Member, SentTo
from gateway.api.answers.customers import CustomerRecord, Merged, Suggestions
from gateway.api.answers.invitations import Invitation, Joined
from gateway.api.answers.money import AddedPayment, Analytics, Payments
from gateway.api.answers.parts import STATUSES, Place, page_of
from gateway.api.answers.public import Booked, Hold, Managed, PublicPractice, Week
from gateway.api.answers.staff import (
    Appointment,
    AppointmentList,
    BookingForm,
    Calendar,
    Closure,
    HolidayRegions,
    HoursPreview,
    ImportableHolidays,
    ImportedHolidays,
    Message,
    Notifications,
    Practice,
    Preview,
    ReminderRules,
    Service,
    SignedIn,
    Template,
)

__all__ = [
    "STATUSES",
    "AddedPayment",
    "Analytics",
    "Appointment",
    "AppointmentList",
    "Booked",
    "BookingForm",
    "Calendar",
    "Closure",
    "Confirmed",
    "CustomerRecord",
    "Hold",
    "HolidayRegions",
    "HoursPreview",
    "ImportableHolidays",
    "ImportedHolidays",
    "Invitation",
    "Joined",
    "Managed",
    "Member",
    "Merged",
    "Message",
    "Notifications",
    "Payments",
    "Place",
    "Practice",
    "Preview",
    "PublicPractice",
    "ReminderRules",
    "SentTo",
    "Service",
    "SignedIn",
    "Suggestions",
    "Template",
    "Week",
    "page_of",
]
