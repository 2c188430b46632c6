"""Nothing of Kring is reached, or reaches anything, that is not named."""

import ipaddress
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types
from harness.charts import CHART, PROFILES, Object, PodOf, of_kind, read, rendered, template

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.254/32", "127.0.0.0/8")
MAY_LEAVE = {"split": {"ingestion-worker"}, "embedded": {"all"}}
MAY_MAIL = {"gateway-worker", "notification-worker"}


def policies(objects: list[Object]) -> dict[str, Object]:
    """Return the policies by the role that they are about; the one of all by ``deny``."""
    return {
        name.removeprefix("kring-"): each["spec"]
        for name, each in of_kind(objects, "NetworkPolicy").items()
    }


def role_of(peer: Object) -> str:
    """Return the role that a peer names, or nothing if it is not one of ours."""
    labels: dict[str, str] = peer.get("podSelector", {}).get("matchLabels", {})
    return labels.get("app.kubernetes.io/component", "")


def callers(spec: Object) -> set[str]:
    return {role_of(peer) for rule in spec.get("ingress", []) for peer in rule["from"]} - {""}


def called(spec: Object) -> set[str]:
    return {role_of(peer) for rule in spec["egress"] for peer in rule["to"]} - {""}


def blocks(spec: Object) -> list[Object]:
    return [peer["ipBlock"] for rule in spec["egress"] for peer in rule["to"] if "ipBlock" in peer]


def ports(spec: Object) -> set[object]:
    return {port["port"] for rule in spec["egress"] for port in rule["ports"]}


def ports_of(pod: PodOf) -> dict[str, int]:
    return {each["name"]: each["containerPort"] for each in pod.container["ports"]}


def test_what_is_not_named_is_refused_to_every_pod(
    objects: list[Object], every_pod: list[PodOf]
) -> None:
    found = policies(objects)
    deny = found.pop("deny")
    assert deny["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & set(deny)
    for pod in every_pod:
        labels = pod.metadata["labels"].items()
        assert deny["podSelector"]["matchLabels"].items() <= labels
        assert found[pod.role]["podSelector"]["matchLabels"].items() <= labels
        assert found[pod.role]["policyTypes"] == ["Ingress", "Egress"]


def test_no_rule_is_open_to_everybody(objects: list[Object]) -> None:
    for name, spec in policies(objects).items():
        for way, rules in (("from", spec.get("ingress", [])), ("to", spec.get("egress", []))):
            for rule in rules:
                assert rule["ports"], name  # none would mean all
                assert rule[way], name
                for peer in rule[way]:
                    assert peer.get("podSelector", {"matchLabels": 1}).get("matchLabels"), name
                    assert peer.get("namespaceSelector", {"matchLabels": 1}).get("matchLabels")


def test_who_calls_whom_is_said_the_same_on_both_sides(objects: list[Object]) -> None:
    found = policies(objects)
    del found["deny"]
    calls = {(name, other) for name, spec in found.items() for other in called(spec)}
    assert calls == {(other, name) for name, spec in found.items() for other in callers(spec)}


def test_the_gateway_calls_the_services_and_they_do_not_call_it() -> None:
    found = policies(rendered("split"))
    services = {"ingestion-api", "search-api", "matchmaking-api", "notification-api"}
    assert called(found["gateway-api"]) == services
    assert called(found["test"]) == {*services, "gateway-api"}
    assert callers(found["gateway-api"]) == {"test"}
    assert called(found["matchmaking-worker"]) == {"ingestion-api"}


@pytest.mark.parametrize("name", PROFILES)
def test_ingestion_alone_leaves_the_cluster_and_never_for_private_addresses(name: str) -> None:
    found = policies(rendered(name))
    mail = "203.0.113.25/32"
    leaving = {
        role for role, spec in found.items() if role != "deny" for block in blocks(spec)
        if block["cidr"] != mail
    }  # fmt: skip
    assert leaving == MAY_LEAVE["embedded" if name == "embedded" else "split"]
    for role in leaving:
        (block,) = blocks(found[role])
        assert block["cidr"] == "0.0.0.0/0"
        excepted = [ipaddress.ip_network(each) for each in block["except"]]
        for private in map(ipaddress.ip_network, PRIVATE):
            assert any(private.subnet_of(each) for each in excepted)  # type: ignore[arg-type]


def test_metrics_are_read_by_monitors_alone_and_from_every_role(
    objects: list[Object], workloads: list[PodOf]
) -> None:
    found = policies(objects)
    monitors = {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}
    probes = [{"port": "probes", "protocol": "TCP"}]
    for pod in workloads:
        rules = found[pod.role]["ingress"]
        assert {"ports": probes, "from": [{"namespaceSelector": monitors}]} in rules
        for rule in rules:
            assert (rule["ports"] == probes) == ({"namespaceSelector": monitors} in rule["from"])


def test_the_mail_server_is_reached_by_those_who_send_mail() -> None:
    found = policies(rendered("wide"))
    named = {role for role, spec in found.items() if role != "deny" and 465 in ports(spec)}
    assert named == {*MAY_MAIL}


def test_a_migration_reaches_database_and_log_and_nothing_else() -> None:
    spec = policies(rendered("split"))["migration"]
    assert "ingress" not in spec
    assert ports(spec) == {53, 5432, 9092}


def test_a_service_is_named_after_what_it_serves_and_finds_its_pods(
    objects: list[Object], workloads: list[PodOf]
) -> None:
    serving = {pod.role: pod for pod in workloads if "http" in ports_of(pod)}
    found = of_kind(objects, "Service")
    assert len(found) == len(serving)
    for service in found.values():
        selector = service["spec"]["selector"]
        pod = serving[selector["app.kubernetes.io/component"]]
        assert selector.items() <= pod.metadata["labels"].items()
        (port,) = service["spec"]["ports"]
        assert port["port"] == ports_of(pod)[port["targetPort"]]
        assert service["spec"].get("type", "ClusterIP") == "ClusterIP"


def test_peers_are_found_under_the_names_of_the_services() -> None:
    objects = rendered("split")
    (peers,) = {
        each["value"]
        for pod in of_kind(objects, "Deployment").values()
        for each in pod["spec"]["template"]["spec"]["containers"][0]["env"]
        if each["name"] == "KRING_PEERS"
    }
    named = {f"http://{name}:8080" for name in of_kind(objects, "Service")}
    services = ("gateway", "ingestion", "search", "matchmaking", "notification")
    assert named == {peers.replace("{service}", service) for service in services}


def test_people_reach_the_gateway_alone_and_by_the_public_name() -> None:
    (ingress,) = of_kind(rendered("wide"), "Ingress").values()
    (rule,) = ingress["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert rule["host"] == "kring.example.org"
    assert path["backend"]["service"]["name"] == "kring-gateway"
    assert ingress["spec"]["tls"] == [{"hosts": ["kring.example.org"], "secretName": "kring-tls"}]
    assert not of_kind(rendered("split"), "Ingress")


def test_without_policies_there_are_none() -> None:
    done = template(*PROFILES["split"], more=("--set", "network.enabled=false"))
    assert not of_kind(read(done.stdout), "NetworkPolicy")


def test_every_server_of_a_role_is_one_that_is_described() -> None:
    values = yaml.safe_load(Path(CHART, "values.yaml").read_text(encoding="utf-8"))
    described = set(values["network"]["servers"])
    for roles in values["roles"].values():
        for role in roles.values():
            assert set(role.get("servers", [])) <= described
    assert set(values["defaults"]["servers"]) <= described
