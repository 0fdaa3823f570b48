"""The whole house in one process: no broker, no database server, plain threads.

`EmbeddedBus` drives the same edge classes as `runtime.broker` does, through the same `runtime.edge.Endpoint`:

rpc       `LocalRpc`: a direct call, with a JSON round trip so that nothing passes here that the broker would refuse
relay     outbox rows -> `delivery` rows in each consumer's own database
dispatch  `delivery` rows -> handlers; what fails is tried again by a ladder, then parked
parking   the parked rows, for the operator
listener  `LocalListener`: what a gateway hears of the events, transient
upkeep    old rows go

What is on its way lies in the databases only, so the process may die at any point: nothing is lost, nothing doubled.
"""

from runtime.embedded.bus import EmbeddedBus
from runtime.embedded.listener import LocalListener
from runtime.embedded.parking import LocalParking
from runtime.embedded.rpc import LocalRpc

__all__ = ["EmbeddedBus", "LocalListener", "LocalParking", "LocalRpc"]
