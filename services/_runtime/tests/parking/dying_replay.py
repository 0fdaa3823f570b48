"""A replay that dies between its two steps: in the order of the code, or (the negative control) the other way round."""

import os
import sys

from pika.adapters.blocking_connection import BlockingChannel

from runtime import parking_queue
from services._runtime.tests.parking.places import everything


def acknowledge_first(channel: BlockingChannel, held: parking_queue._Held, *_: object) -> None:
    channel.basic_ack(held.tag)
    channel.queue_declare(parking_queue.PARKING, passive=True)  # the broker has heard it
    os._exit(9)


if __name__ == "__main__":
    if sys.argv[2] == "publish first":
        BlockingChannel.basic_ack = lambda *_: os._exit(9)  # type: ignore[method-assign]
    else:
        parking_queue._move = acknowledge_first
    parking_queue.BrokerParking(sys.argv[1]).replay(everything)
