"""B1–B26 over a real socket: a clear no, and nothing has changed."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from badinput.http_table import ELSEWHERE, ROWS, Row
from harness.whole import OPERATOR_KEY, Whole

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row.id} {row.what}") for row in ROWS])
def test_a_bad_request_is_answered_clearly_and_changes_nothing(whole: Whole, row: Row) -> None:
    before = whole.counts()
    headers = {**row.headers, **({"content-type": row.kind} if row.kind else {})}
    answer = whole.ask("operator", row.method, row.path, content=row.body, headers=headers)
    assert answer.status_code in row.statuses, answer.text[:500]
    if answer.is_error and answer.status_code not in {400, 431}:
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) == {"type", "title", "status", "detail", "fields"}
    if not answer.is_success:
        assert whole.counts() == before


def test_the_catalogue_is_whole() -> None:
    rows = {row.id.rstrip("abcdefgh") for row in ROWS} | set(ELSEWHERE)
    assert not {f"B{number}" for number in range(1, 27)} - rows


def test_the_same_key_with_another_body_is_refused(whole: Whole) -> None:
    key = {"idempotency-key": "b23"}
    first = {"title": "Eerste", "programme": "ours"}
    assert whole.ask("operator", "POST", "/v1/stories", json=first, headers=key).status_code == 201
    before = whole.counts()
    other = {"title": "Tweede", "programme": "ours"}
    assert whole.ask("operator", "POST", "/v1/stories", json=other, headers=key).status_code == 422
    again = whole.ask("operator", "POST", "/v1/stories", json=first, headers=key)
    assert again.status_code == 201
    assert whole.counts() == before


def test_the_same_key_fifty_times_at_once_has_one_effect(whole: Whole) -> None:
    stories = whole.counts()["ingestion"][3]
    told = {"title": "Vijftig keer", "programme": "ours"}

    def send(_: int) -> tuple[int, str]:
        answer = whole.ask(
            "operator", "POST", "/v1/stories", json=told, headers={"idempotency-key": "b24"}
        )
        return answer.status_code, answer.json().get("id", "")

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(50)))
    assert {status for status, _ in answers} <= {201, 503}, "busy is an answer too"
    assert len({identity for status, identity in answers if status == 201}) == 1
    assert whole.counts()["ingestion"][3] == stories + 1


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /v1/session HTTP/1.1\r\n\r\n",
        b"GET /v1/session HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /v1/session HTTP/1.1\r\nHost: evil.example/../x\r\n\r\n",
        b"GET http://evil.example/v1/session HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        (
            b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/keys HTTP/1.1\r\n\r\n"
        ),
        b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /v1/session\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /v1/session HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
        b"GET /v1/session HTTP/1.1\r\nHost: x\r\n" + b"X-Y: z\r\n" * 20_000 + b"\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_raw_bytes_on_the_socket_break_nothing(whole: Whole, request_head: bytes) -> None:
    whole.rest()
    before = whole.counts()
    where = urlsplit(whole.url)
    with socket.create_connection((str(where.hostname), int(where.port or 0)), timeout=30) as raw:
        try:
            raw.sendall(request_head)
            raw.shutdown(socket.SHUT_WR)
            answer = raw.recv(4096)
        except ConnectionError:  # it hung up on us, which is an answer
            answer = b""
    assert not answer or answer.split(b" ")[1][:1] == b"4", answer[:200]
    assert whole.counts() == before
    assert whole.ask("operator", "GET", "/v1/session").status_code == 200


def test_an_evil_host_is_not_taken_into_a_link_that_is_mailed(whole: Whole) -> None:
    evil = {"host": "evil.example", "origin": "http://evil.example"}
    mails = {path.name for path in (whole.data / "mail").glob("*.eml")}
    whole.clock.skip(1801)
    asked = {"email": "buur@kring.example"}
    whole.ask("anonymous", "POST", "/v1/session/link", json=asked, headers=evil)

    def new() -> list[bytes]:
        paths = (whole.data / "mail").glob("*.eml")
        return [path.read_bytes() for path in paths if path.name not in mails]

    (mail,) = whole.wait_for(new)
    assert b"evil.example" not in mail


def test_a_problem_never_tells_of_our_inside(whole: Whole) -> None:
    for row in ROWS:
        whole.rest()
        headers = {**row.headers, **({"content-type": row.kind} if row.kind else {})}
        answer = whole.ask("member", row.method, row.path, content=row.body, headers=headers)
        for word in ("Traceback", "sqlite", "sqlalchemy", "/libs/", "/services/", OPERATOR_KEY):
            assert word not in answer.text, f"{row.id}: {json.dumps(answer.text)[:300]}"
