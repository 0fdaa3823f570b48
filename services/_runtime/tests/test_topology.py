"""Queue names and arguments are wire format: RabbitMQ refuses a declaration that differs from what exists."""

from runtime.edge import Subscription
from runtime.topology import system

EXPECTED = {
    "exchanges": [
        *("booking.events", "notify.events", "notify.retry", "notify.retry.1000", "notify.retry.5000"),
        *("parking", "nameko-rpc"),
    ],
    "queues": {
        "parking": {"exchange": "parking", "key": "#", "arguments": {"x-queue-type": "quorum"}},
        **{
            f"notify.retry.{ms}": {
                "exchange": f"notify.retry.{ms}",
                "key": "#",
                "arguments": {
                    "x-queue-type": "quorum",
                    "x-overflow": "reject-publish",
                    "x-dead-letter-strategy": "at-least-once",
                    "x-message-ttl": ms,
                    "x-dead-letter-exchange": "notify.retry",
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
            "returns": "notify.retry",
        },
        "rpc-notify": {"exchange": "nameko-rpc", "key": "notify.*", "arguments": {}},
    },
}


def test_the_topology_of_a_reader_is_exactly_this() -> None:
    """Source exchange, ladder, parking, work queue and call queue; a change here needs new queue names."""
    reads = [Subscription("booking", "appointment.booked", "notify", "on_booked")]
    assert system(["notify"], reads, (1000, 5000)).describe() == EXPECTED
