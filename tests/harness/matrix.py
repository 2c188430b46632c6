"""The allow-matrix of tests/security, and calls made from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import yaml  # type: ignore[import-untyped]  # no stubs in the environment
from harness import contracts
from harness.whole import ABSENT, LINKS_COUNTED_SECONDS, Whole

_PATH = Path(__file__).parents[1] / "security" / "allow_matrix.yaml"
_PARTS = ("path", "query", "body")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call one operation, and a call of it."""

    operation: str
    lowest: str
    answer: tuple[int, ...] = (200,)
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    if_match: str = ""
    refused: int = 403
    own: str = ""
    foreign: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation stands in the published API."""

    method: str
    path: str
    fields: frozenset[str]
    """What its body may hold; empty when it takes none."""


def rules() -> dict[str, Rule]:
    """Return the matrix by operation."""
    content = yaml.safe_load(_PATH.read_text(encoding="utf-8"))
    return {
        name: Rule(name, **{**entry, "answer": tuple(entry.get("answer", (200,)))})
        for name, entry in content.items()
    }


def places() -> dict[str, Place]:
    """Return every operation of the published API."""
    document = contracts.kept(contracts.WHOLE)
    return {
        operation["operationId"]: Place(method.upper(), path, _fields(document, operation))
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def call(
    whole: Whole, client: httpx2.Client, rule: Rule, place: Place, **changed: str
) -> httpx2.Response:
    """Make the call of a rule; ``changed`` puts other ids into its fields."""
    parts = {part: _filled(whole, getattr(rule, part), changed) for part in _PARTS}
    content: dict[str, Any] = {"params": parts["query"]}
    if place.method in {"POST", "PUT", "PATCH"} and rule.body is not None:
        content["json"] = parts["body"]
    if rule.if_match:
        content["headers"] = {"if-match": rule.if_match}
    whole.rest()
    if rule.operation == "ask_for_link":
        whole.clock.skip(LINKS_COUNTED_SECONDS)
    return client.request(place.method, place.path.format(**parts["path"]), **content)


def _filled(
    whole: Whole, fields: Mapping[str, Any] | None, changed: Mapping[str, str]
) -> dict[str, Any]:
    given = {**(fields or {})}
    given |= {name: value for name, value in changed.items() if name in given}
    return {name: _named(whole, value) for name, value in given.items()}


def _named(whole: Whole, value: Any) -> Any:  # noqa: ANN401  # JSON
    if not isinstance(value, str) or "@" not in value or value.endswith(".example"):
        return value
    before, _, name = value.partition("@")
    return before + (ABSENT if name == "nobody" else whole.ids[name])


def _fields(document: Mapping[str, Any], operation: Mapping[str, Any]) -> frozenset[str]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(name, {})
    return frozenset(schema.get("properties", {}))


RULES = rules()
PLACES = places()
