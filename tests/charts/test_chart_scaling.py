"""What grows grows by one measure, never beyond the partitions, and survives a node's end."""

from harness.charts import PROFILES, Object, PodOf, of_kind, pods, refusal, rendered, template

from libs.contracts.brokers import parse
from libs.runtime.consumer import group_of


def scaled(objects: list[Object], kind: str) -> dict[str, Object]:
    return {
        each["spec"]["scaleTargetRef"]["name"]: each for each in of_kind(objects, kind).values()
    }


def test_a_workload_grows_by_cpu_or_by_lag_and_never_by_both() -> None:
    for profile in ("scaled", "wide"):
        objects = rendered(profile)
        by_cpu = scaled(objects, "HorizontalPodAutoscaler")
        by_lag = scaled(objects, "ScaledObject")
        assert by_cpu
        assert by_lag
        assert not set(by_cpu) & set(by_lag)
        for name, workload in of_kind(objects, "Deployment").items():
            grows = name in by_cpu or name in by_lag
            assert grows != ("replicas" in workload["spec"]), name  # or an upgrade would reset it


def test_apis_grow_by_cpu_and_consumers_by_lag() -> None:
    objects = rendered("scaled")
    for pod in pods(objects):
        name = pod.owner["metadata"]["name"]
        assert (name in scaled(objects, "HorizontalPodAutoscaler")) == pod.role.endswith("-api")
        assert (name in scaled(objects, "ScaledObject")) == pod.role.endswith("-consumer")


def test_cpu_is_measured_against_what_is_requested() -> None:
    for each in scaled(rendered("scaled"), "HorizontalPodAutoscaler").values():
        spec = each["spec"]
        assert 2 <= spec["minReplicas"] <= spec["maxReplicas"]
        (metric,) = spec["metrics"]
        assert metric["resource"]["name"] == "cpu"
        assert 50 <= metric["resource"]["target"]["averageUtilization"] <= 80


def test_consumers_are_never_more_than_partitions() -> None:
    for profile, partitions in (("scaled", 12), ("wide", 6)):
        for each in scaled(rendered(profile), "ScaledObject").values():
            spec = each["spec"]
            assert 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] <= partitions


def test_lag_is_that_of_the_group_that_the_code_joins() -> None:
    objects = rendered("scaled")
    brokers = parse("kafka://kafka.kafka:9092/ring")
    for name, each in scaled(objects, "ScaledObject").items():
        (trigger,) = each["spec"]["triggers"]
        service = name.removeprefix("kring-").removesuffix("-consumer")
        assert trigger["type"] == "kafka"
        assert trigger["metadata"]["bootstrapServers"] == brokers.servers
        assert trigger["metadata"]["consumerGroup"] == brokers.group(group_of(service))
        assert trigger["metadata"]["offsetResetPolicy"] == "earliest"  # as the consumers begin
        assert all(isinstance(value, str) for value in trigger["metadata"].values())


def test_keda_is_told_how_to_prove_who_it_is() -> None:
    for each in scaled(rendered("wide"), "ScaledObject").values():
        (trigger,) = each["spec"]["triggers"]
        assert trigger["authenticationRef"] == {"name": "kafka"}
        assert trigger["metadata"]["sasl"] == "scram_sha512"


def test_scaling_by_lag_without_keda_is_refused() -> None:
    done = template(*PROFILES["scaled"], kinds=())
    assert "scaling.lag: KEDA is not installed" in done.stderr


def test_where_the_brokers_are_is_asked_when_the_bus_is_a_secret() -> None:
    hidden = (
        *("--set", "settings.bus=null"),
        *("--set", "settingsFrom.bus.name=kring-kafka,settingsFrom.bus.key=url"),
    )
    assert "kafka.bootstrap: say where the brokers are" in refusal(*hidden, profile="scaled")
    done = template(
        *PROFILES["scaled"], more=(*hidden, "--set", "kafka.bootstrap=k:9092,kafka.namespace=ring")
    )
    assert done.returncode == 0, done.stderr
    assert "consumerGroup: ring.kring.search\n" in done.stdout
    assert 'bootstrapServers: "k:9092"\n' in done.stdout


def test_a_node_may_be_emptied_one_pod_of_a_role_at_a_time(
    objects: list[Object], workloads: list[PodOf]
) -> None:
    budgets = of_kind(objects, "PodDisruptionBudget")
    assert set(budgets) == {pod.owner["metadata"]["name"] for pod in workloads}
    for pod in workloads:
        spec = budgets[pod.owner["metadata"]["name"]]["spec"]
        assert spec["maxUnavailable"] == 1
        assert spec["selector"] == pod.owner["spec"]["selector"]
