"""docs/topology.txt: every exchange, every queue with its bindings and arguments, every policy; one fact a line.

All of it is wire format. RabbitMQ refuses a queue that exists with other arguments, and a handler's method name is its
queue's name: a difference here is a migration, in which the old queue is emptied and then deleted. Only a policy can
change: the next run of `deploy.topology` puts it in force.
"""

from collections.abc import Iterator

from deploy.topology import POLICIES, whole
from runtime.topology import Queue, Topology

HEAD = "# Made by `make docs` from the code. A difference is a migration: see contracts.md."


def text() -> str:
    """The snapshot of the whole house."""
    return "\n".join([HEAD, *lines(whole()), *policies()]) + "\n"


def lines(topology: Topology) -> Iterator[str]:
    """Exchanges, then queues, each by name. All are durable; all exchanges are topic exchanges."""
    yield from (f"exchange {name}" for name in sorted(topology.exchanges))
    for queue in sorted(topology.queues, key=lambda queue: queue.name):
        yield from _queue(queue)


def policies() -> Iterator[str]:
    """What the broker applies to queues by their names."""
    for name, policy in POLICIES.items():
        yield f"policy {name}"
        yield f"  applied to {policy['apply-to']} {policy['pattern']} with priority {policy['priority']}"
        yield from (f"  {name} = {value}" for name, value in policy["definition"].items())


def _queue(queue: Queue) -> Iterator[str]:
    yield f"queue {queue.name}"
    yield f"  bound to {queue.exchange} by {queue.key}"
    if queue.returns:
        yield f"  bound to {queue.returns} by {queue.name}"
    yield from (f"  {name} = {value}" for name, value in sorted(queue.arguments.items()))
