"""All services of the house, for the few parts that may know them all: runners, topology, documentation."""

from itertools import chain

from availability.__main__ import SERVICE as AVAILABILITY
from booking.__main__ import SERVICE as BOOKING
from invitations.__main__ import SERVICE as INVITATIONS
from notify.__main__ import SERVICE as NOTIFY
from practice.__main__ import SERVICE as PRACTICE
from runtime.edge import Subscription, subscriptions

SERVICES = (PRACTICE, AVAILABILITY, BOOKING, NOTIFY, INVITATIONS)


def all_subscriptions() -> list[Subscription]:
    """Who reads which event, over all services."""
    return list(chain.from_iterable(subscriptions(service.name, service.edge) for service in SERVICES))
