"""What every pod of ours owes the cluster: no rights, bounds, probes, an orderly end."""

from deploy.house import SERVICES
from gateway.__main__ import GRACE
from runtime import supervisor
from tests.deploy.rendered import Overlay, selects

NAMES = {service.name for service in SERVICES}
EVERYBODY = NAMES | {"gateway"}


def test_there_is_a_deployment_for_each_service_and_the_gateway(overlay: Overlay) -> None:
    assert set(overlay.serving()) == EVERYBODY


def test_each_runs_its_own_module_from_its_own_image(overlay: Overlay) -> None:
    for name, deployment in overlay.serving().items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert container["command"] == ["python", "-m", name, "run"]
        assert container["image"].split(":")[0] == f"terminfluss/{name}"


def test_each_database_is_migrated_by_a_job_of_its_own(overlay: Overlay) -> None:
    jobs = overlay.of("Job")
    commands = {tuple(job["spec"]["template"]["spec"]["containers"][0]["command"]) for job in jobs.values()}
    assert commands >= {("python", "-m", name, "migrate") for name in NAMES}
    assert ("python", "-m", "deploy.kubernetes.broker") in commands


def test_no_container_is_root_or_can_become_it(overlay: Overlay) -> None:
    for name, template in overlay.pods():
        pod = template["spec"]["securityContext"]
        assert pod["runAsNonRoot"] is True, name
        assert pod["runAsUser"] > 0, name
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, name
    for name, container in overlay.containers():
        rights = container["securityContext"]
        assert rights["allowPrivilegeEscalation"] is False, name
        assert rights["capabilities"] == {"drop": ["ALL"]}, name
        assert rights["readOnlyRootFilesystem"] is True, name


def test_no_pod_holds_a_token_of_the_cluster(overlay: Overlay) -> None:
    accounts = overlay.of("ServiceAccount")
    for name, template in overlay.pods():
        assert template["spec"]["automountServiceAccountToken"] is False, name
        assert accounts[template["spec"]["serviceAccountName"]]["automountServiceAccountToken"] is False, name


def test_every_container_has_bounds(overlay: Overlay) -> None:
    for name, container in overlay.containers():
        resources = container["resources"]
        assert set(resources["requests"]) == set(resources["limits"]) == {"cpu", "memory"}, name


def test_every_container_that_stays_is_probed(overlay: Overlay) -> None:
    """It starts and lives while it answers at all, and is ready when it reaches what it needs."""
    for name, deployment in overlay.serving().items():
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        ports = {port["name"] for port in container["ports"]}
        probes = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "readiness", "liveness")}
        assert {probe["port"] for probe in probes.values()} <= ports, name
        paths = {kind: probe["path"] for kind, probe in probes.items()}
        assert paths == {"startup": "/healthz", "readiness": "/readyz", "liveness": "/healthz"}, name


def test_a_stop_is_given_the_time_that_the_program_takes(overlay: Overlay) -> None:
    """Kubernetes kills after terminationGracePeriodSeconds, of which the gateway's pause is a part."""
    for name, deployment in overlay.serving().items():
        spec = deployment["spec"]["template"]["spec"]
        pause = spec["containers"][0].get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        needed = pause + GRACE if name == "gateway" else supervisor.GRACE_SECONDS
        assert spec["terminationGracePeriodSeconds"] > needed, name
        assert (pause > 0) == (name == "gateway"), name


def test_a_rollout_never_takes_a_pod_away_before_its_successor_is_ready(overlay: Overlay) -> None:
    for name, deployment in overlay.serving().items():
        assert deployment["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}, name


def test_every_deployment_may_lose_one_pod_at_a_time(overlay: Overlay) -> None:
    """And each budget is about one deployment."""
    budgets = overlay.of("PodDisruptionBudget")
    for name, deployment in overlay.serving().items():
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        mine = [one for one in budgets.values() if selects(one["spec"]["selector"], labels)]
        assert [(one["metadata"]["name"], one["spec"]["maxUnavailable"]) for one in mine] == [(name, 1)]


def test_replicas_are_spread_over_machines_and_zones(overlay: Overlay) -> None:
    for name, deployment in overlay.serving().items():
        spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        assert [one["topologyKey"] for one in spread] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"], name
        assert all("app.kubernetes.io/name" in one["matchLabelKeys"] for one in spread), name


def test_the_operators_place_is_closed_until_it_is_needed(overlay: Overlay) -> None:
    assert overlay.of("Deployment")["operator"]["spec"]["replicas"] == 0


def test_a_service_of_kubernetes_leads_to_the_gateway_alone(overlay: Overlay) -> None:
    (service,) = overlay.of("Service").values()
    reached = [
        name
        for name, template in overlay.pods()
        if selects({"matchLabels": service["spec"]["selector"]}, template["metadata"]["labels"])
    ]
    assert reached == ["gateway"]
