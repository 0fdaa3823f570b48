"""Who may speak with whom, as the policies together say it: computed, then held against a table."""

from tests.deploy.rendered import Manifest, Overlay, selects

SERVICES = ["practice", "availability", "booking", "notify", "invitations"]
MIGRATIONS = [f"migrate-{name}" for name in SERVICES]
BROKER = {"app.kubernetes.io/name": "broker", "app.kubernetes.io/component": "rabbitmq"}
DATABASE = {"cnpg.io/cluster": "database"}


def labels(overlay: Overlay) -> dict[str, dict[str, str]]:
    """Every kind of pod by name: ours, and those that the operators make."""
    ours = {name: template["metadata"]["labels"] for name, template in overlay.pods()}
    return {**ours, "broker": BROKER, "database": DATABASE}


def policies(overlay: Overlay, pod: dict[str, str], way: str) -> list[Manifest]:
    found = [one["spec"] for one in overlay.of("NetworkPolicy").values() if selects(one["spec"]["podSelector"], pod)]
    assert any(way.capitalize() in one["policyTypes"] for one in found), "nothing would be denied"
    return found


def allowed(overlay: Overlay, pod: dict[str, str], way: str, other: dict[str, str]) -> set[object]:
    """The ports on which `pod` may speak to (`egress`) or hear (`ingress`) `other`, a pod of the same namespace."""
    side = "to" if way == "egress" else "from"
    ports: set[object] = set()
    for policy in policies(overlay, pod, way):
        for rule in policy.get(way, []):
            peers = rule.get(side, [])
            if any(
                "namespaceSelector" not in one and selects(one.get("podSelector", {}), other)
                for one in peers
                if "ipBlock" not in one
            ):
                ports |= {port["port"] for port in rule.get("ports", [{"port": "all"}])}
    return ports


def talks(overlay: Overlay) -> dict[tuple[str, str], set[object]]:
    """The ports between each pair of pods; what one side lets out is what the other lets in."""
    pods = labels(overlay)
    found = {}
    for one, mine in pods.items():
        for other, theirs in pods.items():
            ports = allowed(overlay, mine, "egress", theirs)
            assert ports == allowed(overlay, theirs, "ingress", mine), (one, other)
            found[one, other] = ports
    return {pair: ports for pair, ports in found.items() if ports}


def test_pods_speak_with_what_they_need_and_nothing_else(overlay: Overlay) -> None:
    expected: dict[tuple[str, str], set[object]] = {
        ("gateway", "broker"): {5672},
        ("topology", "broker"): {5672, 15672},
    }
    expected |= {(name, "broker"): {5672} for name in [*SERVICES, "operator"]}
    expected |= {(name, "database"): {5432} for name in [*SERVICES, *MIGRATIONS, "operator"]}
    expected |= {("broker", "broker"): {"all"}, ("database", "database"): {"all"}}
    assert talks(overlay) == expected


def test_from_outside_only_the_ingress_reaches_the_gateway(overlay: Overlay) -> None:
    """And the namespaces of the monitoring and of the operators what they watch, on ports of their own."""
    reached = {}
    for name, pod in labels(overlay).items():
        for policy in policies(overlay, pod, "ingress"):
            for rule in policy.get("ingress", []):
                for peer in rule["from"]:
                    if "namespaceSelector" in peer:
                        space = peer["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
                        reached.setdefault((space, name), set()).update(port["port"] for port in rule["ports"])
    assert reached.pop(("ingress", "gateway")) == {"http"}
    assert reached.pop(("cnpg-system", "database")) == {5432, 8000}
    assert reached.pop(("rabbitmq-system", "broker")) == {15672}
    assert {space for space, _ in reached} == ({"keda", "monitoring"} if overlay.name == "production" else set())
    assert all(ports <= {"health", 15692, 9187} for (space, _), ports in reached.items() if space == "monitoring")
    assert {key: ports for key, ports in reached.items() if key[0] == "keda"} in ({}, {("keda", "broker"): {15672}})


def test_only_notify_reaches_a_mail_server(overlay: Overlay) -> None:
    """Of our own pods; broker and database ask the Kubernetes API, and back up to an object store."""
    out = set()
    for name, pod in labels(overlay).items():
        for policy in policies(overlay, pod, "egress"):
            rules = [
                rule
                for rule in policy.get("egress", [])
                if "to" not in rule or any("ipBlock" in one for one in rule["to"])
            ]
            out |= {(name, port["port"]) for rule in rules for port in rule["ports"]}
    operators = {(name, port) for name in ("broker", "database") for port in (443, 6443)}
    assert out == {("notify", 587)} | operators


def test_every_pod_may_ask_for_names(overlay: Overlay) -> None:
    for name, pod in labels(overlay).items():
        ports = {
            port["port"]
            for policy in policies(overlay, pod, "egress")
            for rule in policy.get("egress", [])
            for peer in rule.get("to", [])
            for port in rule.get("ports", [])
            if peer.get("podSelector", {}).get("matchLabels") == {"k8s-app": "kube-dns"}
        }
        assert ports == {53}, name
