"""One contract for the whole API, and a page that shows it without asking anybody else."""
# ruff: noqa: ANN401  # answers of every shape

import re
from typing import Any

from harness.gateway import Gateway, Opener

from services.gateway.domain.openapi import merge


def document(*paths: str, **schemas: Any) -> dict[str, Any]:
    return {"paths": {path: {"get": {}} for path in paths}, "components": {"schemas": schemas}}


def test_the_contract_joins_the_public_routes_of_every_service(gateway: Gateway) -> None:
    for number, path in enumerate(["/v1/stories", "/internal/x", "/v1/search"]):
        del number
        gateway.peer.canned["GET", "/openapi.json"] = (200, document(path, "/healthz"))
    found = gateway.client.get("/openapi.json").json()
    assert {"/v1/search", "/v1/session", "/v1/keys"} <= set(found["paths"])
    assert not [path for path in found["paths"] if not path.startswith("/v1/")]
    assert set(found["components"]["securitySchemes"]) == {"session", "key"}


def test_the_contract_is_kept_once_it_is_complete(gateway: Gateway) -> None:
    gateway.peer.canned["GET", "/openapi.json"] = (200, document("/v1/search"))
    gateway.client.get("/openapi.json")
    asked = len(gateway.peer.asked)
    gateway.client.get("/openapi.json")
    assert len(gateway.peer.asked) == asked
    gateway.clock.advance(301)
    gateway.client.get("/openapi.json")
    assert len(gateway.peer.asked) == 2 * asked


def test_an_incomplete_contract_is_shown_and_not_kept(open_gateway: Opener) -> None:
    gateway = open_gateway(peers="http://127.0.0.1:9")
    assert "/v1/session" in gateway.client.get("/openapi.json").json()["paths"]
    assert gateway.ports.cache.get("gateway:openapi") is None


def test_schemas_with_one_name_and_two_meanings_are_told_apart() -> None:
    own = document("/v1/keys", Problem={"type": "object"}, Hit={"type": "string"})
    theirs = document("/v1/search", Problem={"type": "object"}, Hit={"type": "integer"})
    theirs["paths"]["/v1/search"] = {"get": [{"$ref": "#/components/schemas/Hit"}]}
    theirs["components"]["schemas"]["Hits"] = {"items": {"$ref": "#/components/schemas/Hit"}}
    merged = merge(own, {"search": theirs})
    assert set(merged["components"]["schemas"]) == {"Problem", "Hit", "SearchHit", "Hits"}
    assert merged["components"]["schemas"]["Hits"]["items"]["$ref"].endswith("/SearchHit")
    assert merged["paths"]["/v1/search"]["get"][0]["$ref"].endswith("/SearchHit")


def test_a_property_called_ref_and_a_foreign_reference_are_left_alone() -> None:
    node = {"properties": {"$ref": {"type": "string"}}, "x": {"$ref": "https://example.org/Hit"}}
    merged = merge({}, {"search": document(Hit=node)})
    assert merged["components"]["schemas"]["Hit"] == node


def test_the_page_of_the_api_asks_nobody_else(gateway: Gateway) -> None:
    page = gateway.client.get("/docs")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert all(link.startswith("/") for link in links)
    for link in links[:4]:
        assert gateway.client.get(link).status_code == 200
    assert "<script>" not in page.text
