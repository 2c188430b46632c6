"""B27–B47, B71–B75 for new things: accepted as the table says, or refused without a trace."""

import pytest
from badinput.text_table import ROWS, Row
from harness.whole import Whole

pytestmark = pytest.mark.timeout(300)

_THINGS = {
    "member": ("/v1/members", {"name": "Goed", "programme": "ours"}),
    "story": ("/v1/stories", {"title": "Goed", "programme": "ours"}),
}


def _body(row: Row) -> dict[str, object]:
    body = {**_THINGS[row.thing][1], **row.fields}
    if row.thing == "member":
        body.setdefault("email", f"{row.id.lower()}@kring.example")
    return body


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.id} {row.what}") for row in ROWS])
def test_a_text_is_kept_in_its_one_form_or_refused(whole: Whole, row: Row) -> None:
    path = _THINGS[row.thing][0]
    before = whole.counts()
    answer = whole.ask("operator", "POST", path, json=_body(row))
    assert answer.status_code == (201 if row.is_accepted else 422), answer.text
    if row.is_accepted:
        kept = whole.done("operator", "GET", f"{path}/{answer.json()['id']}")
        name, sent = next(iter(row.fields.items()))
        own = kept.get("own") or {}
        assert str(kept.get(name, own.get(name))).startswith(row.kept or str(sent))
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        named = " ".join(answer.json()["fields"]) + answer.json()["detail"]
        assert any(field in named for field in row.fields) or "NUL" in named
        assert whole.counts() == before


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.id} {row.what}") for row in ROWS])
def test_an_import_takes_and_refuses_the_same(whole: Whole, row: Row) -> None:
    before = whole.counts()
    # Elsewhere than the test above: an address is somebody's once in a programme.
    record = {**_body(row), "id": f"import-{row.id}", "programme": "theirs"}
    body = {"records": [record]}
    answer = whole.ask("operator", "POST", f"/v1/import/{_KINDS[row.thing]}", json=body)
    if answer.status_code == 422:  # the door itself refuses, as for NUL
        assert not row.is_accepted
        return
    (result,) = answer.json()["results"]
    assert (result["status"] in {"created", "unchanged"}) == row.is_accepted, result
    if not row.is_accepted:
        assert result["problem"]["fields"], result
        assert whole.counts() == before


_KINDS = {"member": "members", "story": "stories"}


def test_names_that_look_the_same_are_the_same_text(whole: Whole) -> None:
    shown = set()
    for number, name in enumerate(("Zo\u00eb Visser", "Zoe\u0308 Visser")):
        body = {"name": name, "programme": "ours", "email": f"zoe{number}@kring.example"}
        identity = whole.done("operator", "POST", "/v1/members", json=body)["id"]
        shown.add(whole.done("operator", "GET", f"/v1/members/{identity}")["display_name"])
    assert len(shown) == 1
