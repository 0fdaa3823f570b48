"""The tables of this service. Owned: calendars, services, their hours and days off. Projected from events: practices,
places, and `taken`, the time that appointments and holds occupy.

Instants that the slot search reads are epoch seconds: comparing integers is what it does all day, and both databases
hand them over without a conversion.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from runtime.db import UtcDateTime

metadata = MetaData()
# UUIDs as text: the slot search reads a thousand of them, and making each of one from a driver's UUID costs more than
# comparing its time does.
Id = String(36)

# -- owned ------------------------------------------------------------------------------------------------------------

calendars = Table(
    "calendars",
    metadata,
    Column("id", Id, primary_key=True),
    Column("practice_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("name", String(120), nullable=False),
    Column("nickname", String(120), nullable=False),
    Column("place_id", Id, ForeignKey("places.id"), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("start_interval_minutes", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("max_per_day", Integer),
    Column("max_per_week", Integer),
    # The whole week as JSON, minutes of the wall clock, Monday first: it is always read and written as one.
    Column("hours", Text, nullable=False),
    Index("calendars_of_practice", "practice_id"),
)

services = Table(
    "services",
    metadata,
    Column("id", Id, primary_key=True),
    Column("practice_id", Id, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("deleted", UtcDateTime),  # soft: appointments keep what they were booked as
    Column("name", String(120), nullable=False),
    Column("description", Text, nullable=False),
    Column("duration_minutes", Integer, nullable=False),
    Column("price_cents", Integer),
    Column("price_currency", String(3)),
    Column("start_interval_minutes", Integer),
    Column("buffer_before_minutes", Integer, nullable=False),
    Column("buffer_after_minutes", Integer, nullable=False),
    Column("min_notice_minutes", Integer, nullable=False),
    Column("cancel_notice_minutes", Integer, nullable=False),
    Column("move_notice_minutes", Integer, nullable=False),
    Column("window_days", Integer, nullable=False),
    Column("confirmation", String(16), nullable=False),
    Column("released", Boolean, nullable=False),
    CheckConstraint("duration_minutes > 0", name="services_duration"),
    CheckConstraint("(price_cents is null) = (price_currency is null)", name="services_price"),
    Index("services_of_practice", "practice_id"),
)

service_calendars = Table(
    "service_calendars",
    metadata,
    Column("service_id", Id, ForeignKey("services.id", ondelete="cascade"), primary_key=True),
    Column("calendar_id", Id, ForeignKey("calendars.id", ondelete="cascade"), primary_key=True),
    Index("service_calendars_by_calendar", "calendar_id"),
)

closures = Table(
    "closures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("calendar_id", Id, ForeignKey("calendars.id", ondelete="cascade"), nullable=False),
    Column("kind", String(8), nullable=False),  # holiday | vacation
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),  # included
    Column("name", String(120), nullable=False),
    CheckConstraint("first_day <= last_day", name="closures_order"),
    Index("closures_once", "calendar_id", "kind", "first_day", "last_day", unique=True),
)

absences = Table(
    "absences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("calendar_id", Id, ForeignKey("calendars.id", ondelete="cascade"), nullable=False),
    Column("from_at", BigInteger, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    Column("reason", String(200), nullable=False),
    CheckConstraint("from_at < until_at", name="absences_order"),
    Index("absences_by_time", "calendar_id", "until_at"),
)

# -- projected --------------------------------------------------------------------------------------------------------

practices = Table(
    "practices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("time_zone", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
)

places = Table(
    "places",
    metadata,
    Column("id", Id, primary_key=True),
    Column("practice_id", Id, nullable=False),
    Column("name", String(200), nullable=False),
    Column("address", String(500), nullable=False),
    Index("places_of_practice", "practice_id"),
)

# The newest version seen of each practice, appointment and hold: what is older is ignored, also after its end. A hold,
# of which there is one for every look at the form, is forgotten when nothing can come late any more.
seen = Table(
    "seen",
    metadata,
    Column("subject", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("forget_at", UtcDateTime),
    Index(
        "seen_forgettable",
        "forget_at",
        postgresql_where=text("forget_at is not null"),
        sqlite_where=text("forget_at is not null"),
    ),
)

taken = Table(
    "taken",
    metadata,
    Column("subject", Id, primary_key=True),  # the appointment or hold
    Column("calendar_id", Id, primary_key=True),
    Column("kind", String(12), nullable=False),  # appointment | hold
    Column("from_at", BigInteger, nullable=False),  # with buffers
    Column("until_at", BigInteger, nullable=False),
    Column("start_at", BigInteger, nullable=False),  # the appointment alone
    Column("end_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),  # of a hold
    # Covers the slot search: one short range per calendar, however long the history is.
    Index("taken_by_time", "calendar_id", "from_at", "until_at", "start_at", "expires_at"),
)
