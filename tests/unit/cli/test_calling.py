"""The command line as a client: where it calls, what it makes of answers, and how files go in."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from harness.desk import Desk, served
from pydantic import SecretStr

from libs.kernel.errors import KringError
from libs.runtime.cli.client import Client, NotRunningError, RefusedError
from libs.runtime.cli.importing import BATCH_BYTES, BATCH_RECORDS, import_records
from libs.runtime.settings import Settings

PROBLEM = {
    "type": "x",
    "title": "The input is not valid",
    "status": 422,
    "detail": "Mend it.",
    "fields": {"title": "is empty"},
}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    with served(desk) as address:
        yield address


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, operator_key=SecretStr("the-operators-own-key"))


@pytest.fixture
def client(settings: Settings, url: str) -> Client:
    return Client(settings, url=url)


def records(amount: int, size: int = 1) -> list[tuple[int, dict[str, Any]]]:
    return [(number, {"id": str(number), "text": "x" * size}) for number in range(1, amount + 1)]


def test_it_calls_the_kring_of_its_data_folder_with_the_operators_key(
    settings: Settings, url: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    (settings.data / "run").mkdir()
    (settings.data / "run" / "address").write_text(f"{url}\n")

    Client(settings).get("/v1/search", {"q": "a b"})

    assert desk.asked == [("GET", "/v1/search?q=a+b", "Bearer the-operators-own-key")]


def test_another_kring_is_called_with_the_key_for_it(
    settings: Settings, url: str, desk: Desk
) -> None:
    Client(settings, url=f"{url}/", key="another").post("/v1/x", {"a": 1})

    assert desk.asked == [("POST", "/v1/x", "Bearer another")]
    assert desk.bodies == [{"a": 1}]


def test_a_folder_on_which_nothing_runs_is_told_with_how_to_start(settings: Settings) -> None:
    with pytest.raises(NotRunningError, match="Start it with `kring up --data"):
        Client(settings)


def test_an_address_where_nobody_listens_any_more_is_told(settings: Settings) -> None:
    (settings.data / "run").mkdir()
    (settings.data / "run" / "address").write_text("http://127.0.0.1:1")

    with pytest.raises(NotRunningError, match=r"does not answer at http://127.0.0.1:1 .*kring up"):
        Client(settings).get("/v1/x")


@pytest.mark.parametrize("url", ["no address", "ftp://127.0.0.1", "http://[", "http://a b"])
def test_a_url_that_is_none_is_told_in_one_sentence(settings: Settings, url: str) -> None:
    with pytest.raises(KringError):
        Client(settings, url=url).get("/v1/x")


def test_a_key_that_no_header_can_carry_is_told(settings: Settings, url: str) -> None:
    with pytest.raises(RefusedError, match="--key cannot be used"):
        Client(settings, url=url, key="sleutel\u20ac")


def test_an_empty_answer_is_nothing(client: Client, desk: Desk) -> None:
    desk.status, desk.body = 204, b""

    assert client.post("/v1/x", {}) is None


def test_a_problem_is_told_with_its_fields(client: Client, desk: Desk) -> None:
    desk.status, desk.body = 422, orjson.dumps(PROBLEM)

    with pytest.raises(RefusedError, match=r"not valid: Mend it. \(title: is empty\)"):
        client.get("/v1/x")


def test_a_server_that_is_starting_is_worth_another_try(client: Client, desk: Desk) -> None:
    desk.status = 503

    with pytest.raises(NotRunningError, match="try again in a moment"):
        client.get("/v1/x")


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"x"', b""])
def test_an_error_of_another_server_is_told_by_its_status(
    client: Client, desk: Desk, body: bytes
) -> None:
    desk.status, desk.body = 404, body

    with pytest.raises(RefusedError, match="HTTP 404 from http"):
        client.get("/v1/x")


def test_another_server_at_the_address_is_not_taken_for_a_kring(client: Client, desk: Desk) -> None:
    desk.body = b"<html>It works!</html>"

    with pytest.raises(RefusedError, match="answers, but it is no Kring"):
        client.get("/v1/x")


def test_records_go_in_batches(client: Client, desk: Desk) -> None:
    desk.import_as = "created"
    done: list[int] = []

    report = import_records(
        client, "stories", records(2 * BATCH_RECORDS + 1), programme="p", advance=done.append
    )

    assert [len(body["records"]) for body in desk.bodies] == [BATCH_RECORDS, BATCH_RECORDS, 1]
    assert [body["programme"] for body in desk.bodies] == ["p"] * 3
    assert done == [BATCH_RECORDS, BATCH_RECORDS, 1]
    assert report.counts == {"created": 2 * BATCH_RECORDS + 1}
    assert {path for _, path, _ in desk.asked} == {"/v1/import/stories"}


def test_a_batch_stays_below_the_largest_body(client: Client, desk: Desk) -> None:
    desk.import_as = "created"

    import_records(client, "stories", records(5, BATCH_BYTES // 2 - 100))

    assert [len(body["records"]) for body in desk.bodies] == [2, 2, 1]
    assert "programme" not in desk.bodies[0]


def test_a_record_that_no_body_can_hold_is_named_by_its_line(client: Client, desk: Desk) -> None:
    desk.import_as = "created"
    too_large = [*records(1), (7, {"text": "é" * (BATCH_BYTES // 2)})]

    with pytest.raises(KringError, match=f"Line 7 has .* bytes; a record may have {BATCH_BYTES}"):
        import_records(client, "stories", too_large)


def test_refusals_warnings_and_duplicates_keep_their_lines(client: Client, desk: Desk) -> None:
    desk.body = orjson.dumps(
        {
            "results": [
                {"status": "refused", "problem": {"fields": {"title": "is empty"}}},
                {"status": "created", "warnings": ["no language"]},
                {"status": "created", "duplicates": ["s-1"]},
                {"status": "unchanged"},
            ]
        }
    )

    told = import_records(client, "stories", [(n, {"id": n}) for n in (2, 4, 6, 8)]).as_json()

    assert told["counts"] == {"refused": 1, "created": 2, "unchanged": 1}
    assert [told[part][0]["line"] for part in ("refused", "warnings", "duplicates")] == [2, 4, 6]


def test_a_kring_that_stops_ends_the_import_after_what_was_taken(
    client: Client, desk: Desk
) -> None:
    desk.import_as = "created"
    done: list[int] = []

    def stop_after_the_first(amount: int) -> None:
        done.append(amount)
        desk.status = 503

    with pytest.raises(NotRunningError):
        import_records(client, "stories", records(120), advance=stop_after_the_first)

    assert done == [BATCH_RECORDS]
