"""Queue names and arguments are wire format: RabbitMQ refuses a declaration that differs from what exists."""

from runtime.edge import Subscription
from runtime.topology import system

EXPECTED = {
    "exchanges": ["booking.events", "notify.events", "retry.1000", "retry.5000", "parking", "nameko-rpc"],
    "queues": {
        "parking": {"exchange": "parking", "key": "#", "arguments": {"x-queue-type": "quorum"}},
        **{
            f"retry.{ms}": {
                "exchange": f"retry.{ms}",
                "key": "#",
                "arguments": {
                    "x-queue-type": "quorum",
                    "x-overflow": "reject-publish",
                    "x-dead-letter-strategy": "at-least-once",
                    "x-message-ttl": ms,
                    "x-dead-letter-exchange": "",
                },
            }
            for ms in (1000, 5000)
        },
        "evt-booking-appointment.booked--notify.on_booked": {
            "exchange": "booking.events",
            "key": "appointment.booked",
            "arguments": {
                "x-queue-type": "quorum",
                "x-overflow": "reject-publish",
                "x-dead-letter-strategy": "at-least-once",
                "x-delivery-limit": 20,
                "x-dead-letter-exchange": "parking",
                "x-dead-letter-routing-key": "evt-booking-appointment.booked--notify.on_booked",
            },
        },
        "rpc-notify": {"exchange": "nameko-rpc", "key": "notify.*", "arguments": {}},
    },
}


def test_the_topology_of_a_reader_is_exactly_this() -> None:
    """Source exchange, ladder, parking, work queue and call queue; a change here needs new queue names."""
    reads = [Subscription("booking", "appointment.booked", "notify", "on_booked")]
    assert system(["notify"], reads, (1000, 5000)).describe() == EXPECTED
