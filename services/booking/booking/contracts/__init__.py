"""What booking takes and tells: RPC payloads (`requests`), answers (`answers`), events (`events`)."""

EMITS = (
    "appointment.booked",
    "appointment.accepted",
    "appointment.declined",
    "appointment.rescheduled",
    "appointment.cancelled",
    "appointment.completed",
    "appointment.missed",
    "appointment.updated",
    "appointment.restored",
    "slot.held",
    "slot.released",
)
