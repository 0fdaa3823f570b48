"""What booking does: one function per command, `(session, now, …) -> answer`. None of them commits or calls out."""

from booking.usecases.analytics import analytics
from booking.usecases.announce import announce, remind_all
from booking.usecases.book import answered_before, book
from booking.usecases.bulk import bulk, undo_all
from booking.usecases.customer import cancel_managed, managed, move_managed, undo_managed
from booking.usecases.customers import (
    book_for_customer,
    create_customer,
    customer_page,
    customer_record,
    customer_suggestions,
    link_customer,
    merge_customers,
    unlink_customer,
    update_customer,
)
from booking.usecases.details import change_details, set_place
from booking.usecases.holds import extend_hold, hold, keeps, release_hold, sweep, sweepable
from booking.usecases.payments import add_payment, change_payment, payments, remove_payment, set_price
from booking.usecases.planner import changes_since, planned
from booking.usecases.staff import (
    acknowledge,
    appointment,
    appointments,
    change_status,
    form,
    inbox,
    inbox_count,
    manage_links,
    move,
    seek,
    undo,
    update_form,
)

__all__ = [
    "acknowledge",
    "add_payment",
    "analytics",
    "announce",
    "answered_before",
    "appointment",
    "appointments",
    "book",
    "book_for_customer",
    "bulk",
    "cancel_managed",
    "change_details",
    "change_payment",
    "change_status",
    "changes_since",
    "create_customer",
    "customer_page",
    "customer_record",
    "customer_suggestions",
    "extend_hold",
    "form",
    "hold",
    "inbox",
    "inbox_count",
    "keeps",
    "link_customer",
    "manage_links",
    "managed",
    "merge_customers",
    "move",
    "move_managed",
    "payments",
    "planned",
    "release_hold",
    "remind_all",
    "remove_payment",
    "seek",
    "set_place",
    "set_price",
    "sweep",
    "sweepable",
    "undo",
    "undo_all",
    "undo_managed",
    "unlink_customer",
    "update_customer",
    "update_form",
]
