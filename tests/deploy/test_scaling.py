"""Scaling watches the queues that exist, and does not ask for more connections than the database has."""

import inspect
import re

from deploy.topology import whole
from runtime.db import Database
from runtime.topology import rpc_queue
from tests.deploy.rendered import Manifest, Overlay

RELAY_CONNECTIONS = 2  # one that publishes, one that listens: runtime.outbox_store
RESERVED = 20  # superusers, the operator, a person who looks


def queues(trigger: Manifest) -> set[str]:
    """The queues of the topology that a trigger counts."""
    wanted = trigger["metadata"]["queueName"]
    names = {queue.name for queue in whole().queues}
    if trigger["metadata"].get("useRegex") == "true":
        return {name for name in names if re.search(wanted, name)}
    return names & {wanted}


def test_every_service_scales_on_all_of_its_queues(production: Overlay) -> None:
    """Its calls and, if it reads any, its events; never another's."""
    events = [queue.name for queue in whole().queues if queue.name.startswith("evt-")]
    for name, scaled in production.of("ScaledObject").items():
        triggers = [one for one in scaled["spec"]["triggers"] if one["type"] == "rabbitmq"]
        counted = set().union(*map(queues, triggers))
        mine = {queue for queue in events if queue.partition("--")[2].startswith(f"{name}.")}
        assert counted == {rpc_queue(name).name} | mine, name
        assert all(queues(one) for one in triggers), name


def test_everything_that_runs_scales_from_two_on(production: Overlay) -> None:
    scaled = {one["spec"]["scaleTargetRef"]["name"]: one["spec"] for one in production.of("ScaledObject").values()}
    gateway = production.of("HorizontalPodAutoscaler")["gateway"]["spec"]
    assert {*scaled, gateway["scaleTargetRef"]["name"]} == set(production.serving())
    assert all(one["minReplicaCount"] == 2 for one in scaled.values())
    assert gateway["minReplicas"] == 2
    assert all("replicas" not in one["spec"] for one in production.serving().values())


def test_the_queues_are_asked_for_where_the_broker_is(production: Overlay) -> None:
    """From another namespace, so by the full name."""
    broker = production.of("RabbitmqCluster")["broker"]["metadata"]
    hosts = {
        trigger["metadata"]["host"]
        for one in production.of("ScaledObject").values()
        for trigger in one["spec"]["triggers"]
        if trigger["type"] == "rabbitmq"
    }
    assert hosts == {f"http://{broker['name']}.{broker['namespace']}.svc:15672/"}


def test_the_database_has_a_connection_for_every_replica(overlay: Overlay) -> None:
    """All services at their largest, and during a rollout one more pod of each."""
    scaled = overlay.of("ScaledObject")
    replicas = {name: scaled[name]["spec"]["maxReplicaCount"] if scaled else 1 for name in services(overlay)}
    each = 2 * inspect.signature(Database).parameters["pool_size"].default + RELAY_CONNECTIONS
    wanted = sum(count + 1 for count in replicas.values()) * each
    parameters = overlay.of("Cluster")["database"]["spec"]["postgresql"]["parameters"]
    assert wanted + RESERVED <= int(parameters["max_connections"])


def services(overlay: Overlay) -> set[str]:
    return set(overlay.serving()) - {"gateway"}


def test_no_queue_is_on_one_node_only(production: Overlay) -> None:
    """Quorum queues by name, and by the broker's default those that nameko declares without a type."""
    spec = production.of("RabbitmqCluster")["broker"]["spec"]
    assert spec["replicas"] == 3
    assert "default_queue_type = quorum\n" in spec["rabbitmq"]["additionalConfig"]
    kinds = {queue.arguments.get("x-queue-type") for queue in whole().queues if not queue.name.startswith("rpc-")}
    assert kinds == {"quorum"}
