"""Closed lists stay closed: topics, metrics, errors, ports and the words of the contract."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import libs
import libs.ports
import services
from libs.contracts import topics
from libs.kernel import metrics
from libs.kernel.errors import AppError
from libs.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
WITHOUT_READER = {
    "NOTIFICATIONS": "what became of mails: programmes read it, our services do not yet",
    "RECEIPTS": "other programmes read it",
    "NETWORK_STORIES": "other programmes read it",
}
FOR_TESTS_ONLY = {"fail_at": "ends the process at a point, to test what a crash leaves"}
HANDED_OUT = {
    "Outbox": r"outbox\(\)",
    "Letters": r"letters\(\)",
    "Cleanings": r"cleanings\(\)",
    "Audit": r"audit\(",
}
"""Ports that no suite names, because another port hands them out: how they are got there."""
TOPIC_NAMES = {
    name: value for name, value in vars(topics).items() if isinstance(value, topics.Topic)
}
METRIC_NAMES = {
    name: value for name, value in vars(metrics).items() if isinstance(value, metrics.Metric)
}


@cache
def sources(folder: str) -> Sequence[tuple[str, ast.Module]]:
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted((ROOT / folder).rglob("*.py"))
        if "gen" not in path.parts
    ]


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        # transformers: needs torch, which only `make transformers` installs
        if not {"gen", "migrations", "__main__", "transformers"} & set(found.name.split(".")):
            yield importlib.import_module(found.name)


def names_in(node: ast.AST) -> set[str]:
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)} | {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name)
    }


def emitted() -> dict[str, set[str]]:
    """Return the topics that each service emits to: the first argument of ``emit``."""
    found: dict[str, set[str]] = {}
    for path, tree in sources("services"):
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "emit"
                and node.args
            ):
                for name in names_in(node.args[0]) & set(TOPIC_NAMES):
                    found.setdefault(name, set()).add(path.split("/")[1])
    return found


@cache
def handled() -> dict[str, set[str]]:
    """Return the topics that each service has a handler for."""
    found: dict[str, set[str]] = {}
    for path, tree in sources("services"):
        if not path.endswith("/service.py"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                for key in node.keys:
                    for name in names_in(key) & set(TOPIC_NAMES) if key else ():
                        found.setdefault(name, set()).add(path.split("/")[1])
    return found


def test_every_topic_has_the_producer_it_declares() -> None:
    declared = {name: {topic.writer} for name, topic in TOPIC_NAMES.items() if topic.writer != "*"}

    assert emitted() == declared, "a topic has one writer, and an orphan topic is removed"


def test_every_topic_has_a_reader() -> None:
    assert set(TOPIC_NAMES) - set(handled()) <= set(WITHOUT_READER)
    assert not set(WITHOUT_READER) & set(handled()), "it has a reader now: remove the exception"


def test_every_topic_is_in_the_list_that_is_decoded() -> None:
    assert set(topics.TOPICS.values()) == set(TOPIC_NAMES.values())


def test_every_metric_is_in_the_list_that_is_exported() -> None:
    assert set(metrics.ALL) == set(METRIC_NAMES.values())
    assert len({metric.name for metric in metrics.ALL}) == len(metrics.ALL)


@cache
def names_of_product() -> Mapping[str, set[str]]:
    """Return the names that each module uses, by its path."""
    both = (*sources("libs"), *sources("services"))
    return {path: set(names_in(tree)) for path, tree in both}


def used_outside(module: str) -> set[str]:
    return {name for path, names in names_of_product().items() if path != module for name in names}


def test_every_metric_is_measured_somewhere_and_by_its_name() -> None:
    assert used_outside("libs/kernel/metrics.py") & set(METRIC_NAMES) == set(METRIC_NAMES)


def test_no_metric_is_named_in_a_text() -> None:
    exported = {metric.name for metric in metrics.ALL}
    found = {
        (path, node.value)
        for folder in ("libs", "services")
        for path, tree in sources(folder)
        if path != "libs/kernel/metrics.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value in exported
    }

    assert found == set()


@pytest.mark.parametrize("metric", metrics.ALL, ids=lambda metric: metric.name)
def test_a_metric_tells_its_unit_and_ends_as_prometheus_wants(metric: metrics.Metric) -> None:
    assert metric.name.startswith("kring_")
    assert (metric.kind == "counter") == metric.name.endswith("_total")
    assert metric.help.endswith(".")
    assert re.search(r"_(total|seconds|records|bytes|parts|info)$", metric.name)


@pytest.mark.parametrize("setting", Settings.model_fields)
def test_every_setting_is_read_and_explained_to_operators(setting: str) -> None:
    used = used_outside("libs/runtime/settings.py")
    guide = (ROOT / "docs/operator.md").read_text(encoding="utf-8")

    assert setting in used, "nobody reads it: remove it"
    assert Settings.model_fields[setting].description
    if setting not in FOR_TESTS_ONLY:
        assert f"KRING_{setting.upper()}`" in guide


@cache
def errors() -> list[type[AppError]]:
    found: list[type[AppError]] = []
    for package in (libs, services):
        for module in modules(package):
            found += [
                value
                for value in vars(module).values()
                if inspect.isclass(value)
                and issubclass(value, AppError)
                and value.__module__ == module.__name__
                and not value.__name__.startswith("_")
            ]
    return found


def test_every_error_of_the_api_has_a_code_of_its_own() -> None:
    codes: dict[str, set[str]] = {}
    for error in errors():
        codes.setdefault(error.code, set()).add(f"{error.__module__}.{error.__name__}")

    assert {code: names for code, names in codes.items() if len(names) > 1} == {}
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_every_error_of_the_api_has_a_status_and_a_title() -> None:
    wrong = [
        error.__name__
        for error in errors()
        if not 400 <= error.status <= 599 or not error.title or error.title.endswith(".")
    ]

    assert wrong == []


def ports() -> list[str]:
    found = []
    for module in modules(libs.ports):
        found += [
            f"{module.__name__.rsplit('.', 1)[1]}.{name}"
            for name, value in vars(module).items()
            if inspect.isclass(value)
            and getattr(value, "_is_protocol", False)
            and value.__module__ == module.__name__
        ]
    return found


@cache
def suites() -> str:
    return "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests/contract").glob("test_*.py")
    )


@pytest.mark.parametrize("port", ports())
def test_every_port_is_held_by_a_contract_suite(port: str) -> None:
    module, name = port.split(".")
    called = HANDED_OUT.get(name, name)

    assert f"from libs.ports.{module} import" in suites()
    assert re.search(rf"\b{called}", suites()), f"tests/contract has no suite for {port}"


@pytest.mark.parametrize("port", ports())
def test_every_method_of_a_port_says_its_law(port: str) -> None:
    module, name = port.split(".")
    protocol: Any = getattr(importlib.import_module(f"libs.ports.{module}"), name)
    methods = {
        method: value
        for method, value in vars(protocol).items()
        if inspect.isfunction(value) and not method.startswith("_")
    }

    assert protocol.__doc__
    assert [method for method, value in methods.items() if not value.__doc__] == []


def uncommented(text: str) -> list[str]:
    """Return the declarations of a proto file without a comment before or beside them."""
    found = []
    previous = ""
    declaration = re.compile(r"^(message|enum)\s|^[\w.<>, ]+\s\w+\s*=\s*\d+")
    for line in (each.strip() for each in text.splitlines()):
        if declaration.match(line) and "//" not in line and not previous.startswith("//"):
            found.append(line)
        previous = line
    return found


@pytest.mark.parametrize(
    "path", sorted((ROOT / "proto").rglob("*.proto")), ids=lambda path: path.name
)
def test_every_message_and_field_of_the_contract_is_explained(path: Path) -> None:
    assert uncommented(path.read_text(encoding="utf-8")) == []


def test_a_declaration_without_a_comment_would_be_seen() -> None:
    assert uncommented("// A story.\nmessage Story {\n  string id = 1;\n}\nenum Kind {\n}") == [
        "string id = 1;",
        "enum Kind {",
    ]
