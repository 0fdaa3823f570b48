"""What booking does: one function per command, `(session, now, …) -> answer`. None of them commits or calls out."""

from booking.usecases.book import answered_before, book
from booking.usecases.customer import cancel_managed, managed, move_managed, undo_managed
from booking.usecases.holds import extend_hold, hold, release_hold, sweep, sweepable
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
    "answered_before",
    "appointment",
    "appointments",
    "book",
    "cancel_managed",
    "change_status",
    "extend_hold",
    "form",
    "hold",
    "inbox",
    "inbox_count",
    "manage_links",
    "managed",
    "move",
    "move_managed",
    "release_hold",
    "seek",
    "sweep",
    "sweepable",
    "undo",
    "undo_managed",
    "update_form",
]
