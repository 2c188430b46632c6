"""The law of libs.ports.peers.Peers, over real servers on a Unix socket and on TCP."""

import json
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from libs.adapters.http.peers import HttpPeers, open_peers
from libs.kernel import trace
from libs.kernel.errors import UnavailableError
from libs.ports.peers import Peers


async def echo(request: Request) -> Response:
    return JSONResponse(
        {
            "method": request.method,
            "target": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "reader": request.headers.get("kring-reader"),
            "traceparent": request.headers.get("traceparent"),
            "cookie": request.headers.get("cookie"),
            "body": (await request.body()).decode(),
        },
        headers={"X-Owner": "search", "set-cookie": "session=one"},
    )


async def refuse(_request: Request) -> Response:
    return PlainTextResponse("no", 418)


async def elsewhere(_request: Request) -> Response:
    return RedirectResponse("/echo")


async def squeezed(_request: Request) -> Response:
    return Response(b"as it came", headers={"content-encoding": "gzip"})


def slow(_request: Request) -> Response:
    threading.Event().wait(1.0)
    return PlainTextResponse("late")


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
APP = Starlette(
    routes=[
        Route("/refuse", refuse),
        Route("/elsewhere", elsewhere),
        Route("/squeezed", squeezed),
        Route("/slow", slow),
        Route("/{path:path}", echo, methods=METHODS),
    ]
)


@pytest.fixture(scope="module", params=["unix", "tcp"])
def template(request: pytest.FixtureRequest) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are too long for a socket
        path = str(Path(folder) / "search.sock")
        if request.param == "unix":
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(path)
            address = f"unix://{folder}/{{service}}.sock"
        else:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(APP, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < deadline
            threading.Event().wait(0.01)
        yield address
        server.should_exit = True
        thread.join(10)
        listener.close()


@pytest.fixture
def peers(template: str) -> Iterator[Peers]:
    opened = open_peers(template)
    yield opened
    opened.close()


def test_a_call_arrives_whole_and_its_answer_comes_back(peers: Peers) -> None:
    reply = peers.call(
        "search",
        "PUT",
        "/v1/things",
        query="q=caf%C3%A9&limit=5",
        headers={"kring-reader": "sealed"},
        body=b'{"a": 1}',
    )
    assert reply.status == 200
    assert reply.headers["x-owner"] == "search"
    for part in (b'"PUT"', b'"q=caf%C3%A9&limit=5"', b'"sealed"', b'{\\"a\\": 1}'):
        assert part in reply.body


@pytest.mark.parametrize("path", ["/a%2Fb", "/a/../b", "/%00", "/caf%C3%A9", "//double"])
def test_a_path_travels_byte_for_byte(peers: Peers, path: str) -> None:
    assert f'"target":"{path}"'.encode() in peers.call("search", "GET", path).body


def test_any_status_is_an_answer(peers: Peers) -> None:
    reply = peers.call("search", "GET", "/refuse")
    assert (reply.status, reply.body) == (418, b"no")


def test_a_redirect_is_an_answer_and_is_not_followed(peers: Peers) -> None:
    reply = peers.call("search", "GET", "/elsewhere")
    assert (reply.status, reply.headers["location"]) == (307, "/echo")


def test_a_body_comes_as_it_was_sent(peers: Peers) -> None:
    assert peers.call("search", "GET", "/squeezed").body == b"as it came"


def test_a_cookie_of_one_answer_is_never_sent_with_the_next_call(peers: Peers) -> None:
    peers.call("search", "GET", "/first")
    assert b'"cookie":null' in peers.call("search", "GET", "/second").body


def test_many_threads_call_at_once(peers: Peers) -> None:
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda n: peers.call("search", "GET", f"/n/{n}"), range(100)))
    for number, reply in enumerate(replies):
        assert f'"target":"/n/{number}"'.encode() in reply.body


def test_a_service_that_is_too_slow_is_unavailable(template: str) -> None:
    peers = HttpPeers(template, timeout_seconds=0.2)
    with pytest.raises(UnavailableError, match="search"):
        peers.call("search", "GET", "/slow")
    assert peers.call("search", "GET", "/quick").status == 200
    peers.close()


# httpcore leaves a socket that could not connect to the garbage collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_service_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    for template in (f"unix://{tmp_path}/{{service}}.sock", "http://127.0.0.1:1"):
        peers = HttpPeers(template)
        with pytest.raises(UnavailableError, match="insight"):
            peers.call("insight", "GET", "/")
        peers.close()


def test_closing_twice_is_harmless(peers: Peers) -> None:
    peers.call("search", "GET", "/x")
    peers.close()
    peers.close()


def test_the_current_trace_goes_along_and_no_other(peers: Peers) -> None:
    stranger = {"traceparent": "00-11111111111111111111111111111111-2222222222222222-00"}
    with trace.follow() as span:
        followed = peers.call("search", "GET", "/echo", headers=stranger)

    assert json.loads(followed.body)["traceparent"] == str(span)
    assert json.loads(peers.call("search", "GET", "/echo").body)["traceparent"] is None
