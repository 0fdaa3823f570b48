"""What the routes answer, for the OpenAPI document. Answers of services pass through as they are: these describe."""

from gateway.api.answers.accounts import Confirmed, Member, SentTo
from gateway.api.answers.appointments import Appointment, AppointmentList, Changes, UndoneList
from gateway.api.answers.customers import CustomerRecord, Merged, Suggestions
from gateway.api.answers.explained import Explained
from gateway.api.answers.hours import Closure, HolidayRegions, HoursPreview, ImportableHolidays, ImportedHolidays
from gateway.api.answers.invitations import Invitation, Joined
from gateway.api.answers.messages import Message, ToCall
from gateway.api.answers.money import AddedPayment, Analytics, Payments
from gateway.api.answers.parts import STATUSES, OwnPlace, Place, page_of
from gateway.api.answers.public import Booked, Hold, Managed, PublicPractice, Week
from gateway.api.answers.settings import (
    BookingForm,
    Calendar,
    Notifications,
    Practice,
    Preview,
    ReminderRules,
    Service,
    Template,
)
from gateway.api.answers.sign_in import SignedIn

__all__ = [
    "STATUSES",
    "AddedPayment",
    "Analytics",
    "Appointment",
    "AppointmentList",
    "Booked",
    "BookingForm",
    "Calendar",
    "Changes",
    "Closure",
    "Confirmed",
    "CustomerRecord",
    "Explained",
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
    "OwnPlace",
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
    "ToCall",
    "UndoneList",
    "Week",
    "page_of",
]
