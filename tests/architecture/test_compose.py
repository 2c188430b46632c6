"""The containers fit the code: what they are told is what it knows. No engine is needed."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped]  # it ships no types
from typer.main import get_command

from libs.adapters.elasticsearch.address import Address
from libs.kernel.urls import scheme
from libs.runtime import wiring
from libs.runtime.cli.app import build_cli
from libs.runtime.lifecycle import ROLES
from libs.runtime.settings import Settings, load, with_secrets
from services.__main__ import SAMPLE, SERVICES

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy" / "compose"
PORT = 8080
PROBE_PORT = 9180
WITHOUT_TASKS = {"search"}
ENGINES = ("bus", "database", "index", "tasks", "cache", "peers")
"""Settings that are URLs of other containers."""
VARIABLE = re.compile(r"\$\{(\w+):\?[^}]*\}")
HIDDEN = "a-secret-0123456789"


def document(path: Path) -> Any:  # noqa: ANN401  # whatever YAML holds
    return yaml.safe_load(VARIABLE.sub(HIDDEN, path.read_text(encoding="utf-8")))


COMPOSE: dict[str, Any] = document(ROOT / "docker-compose.yml")
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: each for name, each in CONTAINERS.items() if each.get("image") == "kring"}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def in_image() -> dict[str, str]:
    """Return the settings that the image has built in."""
    return dict(re.findall(r"(KRING_\w+)=(\S+)", DOCKERFILE))


def settings_of(name: str) -> Settings:
    given = {**in_image(), **OURS[name]["environment"]}
    return load(**{key.removeprefix("KRING_").lower(): value for key, value in given.items()})


def role_runs() -> Iterator[tuple[str, str]]:
    """Yield service and role of every process of ours; the command line itself reads them."""
    run = get_command(build_cli(SERVICES, SAMPLE)).commands["run"]  # type: ignore[attr-defined]
    for each in OURS.values():
        command, *rest = each["command"]
        assert command == "run"
        read = run.make_context("run", rest)
        for role in read.params["role"]:
            yield read.params["service"], role


def test_every_variable_is_a_setting_that_the_code_knows() -> None:
    known = {f"KRING_{name.upper()}" for name in Settings.model_fields}
    for each in OURS.values():
        assert set(each["environment"]) <= known
    assert set(in_image()) <= known


@pytest.mark.parametrize("name", OURS)
def test_the_settings_of_a_container_are_accepted(name: str, tmp_path: Path) -> None:
    settings = settings_of(name).model_copy(update={"data": tmp_path})
    assert with_secrets(settings).port == PORT


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_is_one_that_the_wiring_opens_and_runs_beside_us(engine: str) -> None:
    tree = ast.parse(Path(wiring.__file__).read_text(encoding="utf-8"))
    openers = {
        key.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant)
    }
    for name in OURS:
        url = getattr(settings_of(name), engine)
        assert scheme(url) in openers
        for service in SERVICES:
            host = urlsplit(url.replace("{service}", service)).hostname
            assert host in CONTAINERS


def test_the_search_engine_is_found_at_its_port() -> None:
    address = Address.parse(settings_of("search").index)
    assert address.hosts == ("http://elasticsearch:9200",)
    assert address.replicas == 0  # it has no second node


def test_every_service_runs_in_each_role_and_each_clock_ticks_once() -> None:
    found = list(role_runs())
    assert {role for _, role in found} <= set(ROLES)
    for service in SERVICES:
        roles = [role for name, role in found if name == service]
        expected = {"api", "consumer"} if service in WITHOUT_TASKS else set(ROLES)
        assert sorted(roles) == sorted(expected), service


def test_what_serves_is_named_after_its_service() -> None:
    for name, each in OURS.items():
        assert ("api" in each["command"]) == (name in SERVICES)


def test_every_process_of_ours_is_asked_whether_it_is_ready() -> None:
    for each in OURS.values():
        assert f"http://127.0.0.1:{PROBE_PORT}/readyz" in each["healthcheck"]["test"][-1]


def test_whoever_is_waited_for_can_tell_that_it_is_healthy() -> None:
    for name, each in CONTAINERS.items():
        for other, how in each.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}, name
            assert "healthcheck" in CONTAINERS[other], f"{name} waits for {other}"


def test_one_port_is_ours_everywhere() -> None:
    assert in_image()["KRING_PORT"] == str(PORT)
    assert in_image()["KRING_PROBE_PORT"] == str(PROBE_PORT)
    assert f"EXPOSE {PORT} {PROBE_PORT}\n" in DOCKERFILE
    assert settings_of("gateway").peers == f"http://{{service}}:{PORT}"
    assert settings_of("gateway").public_url == f"http://localhost:{PORT}"
    assert CONTAINERS["gateway"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]


def test_what_every_process_counts_is_collected_and_published_to_nobody_else() -> None:
    (scraped,) = document(DEPLOY / "prometheus.yml")["scrape_configs"]
    (targets,) = scraped["static_configs"]
    assert sorted(targets["targets"]) == sorted(f"{name}:{PROBE_PORT}" for name in OURS)
    for each in CONTAINERS.values():
        assert not any(f":{PROBE_PORT}" in port for port in each.get("ports", []))


def test_nothing_is_open_to_others_than_this_machine() -> None:
    for each in CONTAINERS.values():
        for port in each.get("ports", []):
            assert port.startswith("127.0.0.1:")


def test_our_processes_may_do_no_more_than_they_must() -> None:
    assert "\nUSER 10001:10001\n" in DOCKERFILE
    for each in OURS.values():
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert each["security_opt"] == ["no-new-privileges:true"]
        assert {"data:/data", "/tmp"} <= {*each["volumes"], *each["tmpfs"]}  # noqa: S108
        grace = int(each["stop_grace_period"].removesuffix("s"))
        assert grace > settings_of("gateway").drain_seconds


def test_every_image_of_others_is_of_one_version() -> None:
    for name, each in CONTAINERS.items():
        if name not in OURS:
            assert re.search(r":v?\d+\.\d+[\w.-]*$", each["image"]), each["image"]


def test_every_volume_and_every_file_is_there() -> None:
    used = set()
    for each in CONTAINERS.values():
        for volume in each.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).exists(), source
            else:
                used.add(source)
    assert used == set(COMPOSE["volumes"])
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for each in source.split():
            assert (ROOT / each).exists(), each


def test_every_secret_is_made_and_strong_enough(tmp_path: Path) -> None:
    made = subprocess.run(  # noqa: S603  # our own script
        ["/bin/sh", DEPLOY / "secrets.sh"], capture_output=True, text=True, check=True
    ).stdout
    secrets = dict(line.split("=", 1) for line in made.splitlines())
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert set(VARIABLE.findall(text)) == set(secrets)
    assert len(set(secrets.values())) == len(secrets)
    ours = {name: secrets[f"KRING_{name.upper()}"] for name in ("secret", "operator_key")}
    with_secrets(load(data=tmp_path, **ours))


def test_the_image_has_the_versions_that_are_tested() -> None:
    pins = {
        name: set(re.findall(r"^\S+==\S+", (ROOT / "constraints" / name).read_text(), re.MULTILINE))
        for name in ("image.txt", "py311.txt")
    }
    assert pins["image.txt"] <= pins["py311.txt"], "make lock"
    names = {pin.partition("==")[0] for pin in pins["image.txt"]}
    assert {"elasticsearch", "kafka-python", "psycopg", "celery", "redis", "openvino"} <= names
    assert not {"pytest", "torch", "mypy"} & names
