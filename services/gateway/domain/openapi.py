"""One OpenAPI document out of those of the services."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

_REFERENCE = "#/components/schemas/"
_SECURITY = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "kring_session",
        "description": "What signing in sets; `__Host-kring_session` where Kring is on HTTPS.",
    },
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "The key of a programme, `kring_…`, or the operator's key.",
    },
}


def merge(own: Document, others: Mapping[str, Document]) -> dict[str, Any]:
    """Return the union: the public paths of every document under our own title.

    A schema whose name is taken by a different one gets its service's name in front. Documents come
    in the order of the services' names, so the result is always the same.
    """
    schemas: dict[str, Any] = dict(own.get("components", {}).get("schemas", {}))
    paths: dict[str, Any] = _public(own)
    for service in sorted(others):
        document = others[service]
        theirs: Mapping[str, Any] = document.get("components", {}).get("schemas", {})
        names = {
            name: f"{service.capitalize()}{name}"
            for name, schema in theirs.items()
            if name in schemas and schemas[name] != schema
        }
        schemas |= {names.get(name, name): _renamed(theirs[name], names) for name in theirs}
        paths |= {path: _renamed(item, names) for path, item in _public(document).items()}
    return {
        "openapi": own.get("openapi", "3.1.0"),
        "info": {**own.get("info", {}), "title": "Kring"},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": _SECURITY},
        "security": [{"session": []}, {"key": []}],
    }


def _public(document: Document) -> dict[str, Any]:
    paths: Mapping[str, Any] = document.get("paths", {})
    return {path: item for path, item in paths.items() if path.startswith("/v1/")}


def _renamed(node: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401  # JSON has no better type
    if isinstance(node, Mapping):
        return {
            key: _reference(value, names)
            if key == "$ref" and isinstance(value, str)
            else _renamed(value, names)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    return node


def _reference(value: str, names: Mapping[str, str]) -> str:
    name = value.removeprefix(_REFERENCE)
    return f"{_REFERENCE}{names.get(name, name)}" if value.startswith(_REFERENCE) else value
