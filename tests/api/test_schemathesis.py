"""Every operation with generated calls, good and bad, as each role: no 5xx, and as documented.

The operations come from the kept documents, which test_openapi_golden.py compares with the code.
"""

import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import schemathesis
from harness import contracts
from harness.whole import Whole, open_whole
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case
from schemathesis.python.asgi import ASGIClient
from typing_extensions import override

from libs.kernel.policy import Reader, Role
from services.__main__ import SERVICES

pytestmark = pytest.mark.timeout(900)  # thousands of calls, and a machine may be busy

EXAMPLES = 3
CALLERS = ("operator", "coordinator", "operator", "member", "anonymous")
"""Take turns over the calls; the operator, whom nothing stops at the door, has two of five."""

_LEFT_OUT = (
    # Starlette answers 405 with the methods of one route of a path, not of all of them; and the
    # gateway passes everything under /v1 on by one route that takes every method
    "unsupported_method",
    "allow_header_conformance",
    # every operation is called by "anonymous" anyway; the check does not see whose cookie it drops
    "ignored_auth",
)
_CHECKS: dict[str, Any] = {
    **{name: {"enabled": False} for name in _LEFT_OUT},
    # the domain knows rules that a schema cannot tell: a mail address, a slug, a stale ETag
    "positive_data_acceptance": {
        "expected-statuses": ["2xx", "401", "403", "404", "409", "410", "412", "422", "429"]
    },
    "negative_data_rejection": {"expected-statuses": ["4xx"]},
}
_FUZZ = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def _schema(name: str, *, has_coverage: bool) -> schemathesis.BaseSchema:
    """Return the operations of a document; ``has_coverage`` adds a call for each rule in it."""
    config = schemathesis.Config.from_dict(
        {
            "checks": _CHECKS,
            "phases": {"coverage": {"enabled": has_coverage}},
            "generation": {"deterministic": True, "max-examples": EXAMPLES},
        }
    )
    return schemathesis.openapi.from_dict(contracts.kept(name), config=config)


WHOLE = _schema(contracts.WHOLE, has_coverage=True)
PARTS = {name: _schema(name, has_coverage=False) for name in SERVICES if name != "gateway"}


@pytest.fixture(scope="module")
def running() -> Iterator[Whole]:
    with open_whole() as whole:
        yield whole


@pytest.fixture(scope="module")
def inner(running: Whole) -> Iterator[dict[str, ASGIClient]]:
    """Ways to the services past the gateway, for what it would have refused."""
    with ExitStack() as opened:
        yield {name: opened.enter_context(_client(running.app(name))) for name in PARTS}


def _client(app: Any) -> ASGIClient:  # noqa: ANN401  # two libraries spell ASGI differently
    return ASGIClient(app, max_stream_events=1)


def turn_of(case: Case[Any]) -> str:
    """Return whose turn a call is: the same for the same call, so that failures repeat."""
    content = repr((case.path_parameters, case.query, case.body)).encode("utf-8", "replace")
    return CALLERS[zlib.crc32(content) % len(CALLERS)]


@WHOLE.parametrize()
@_FUZZ
def test_the_gateway_answers_everybody_as_documented(case: Case[Any], running: Whole) -> None:
    running.rest()
    headers, cookies = running.shown(turn_of(case))
    case.call_and_validate(base_url=running.url, headers=headers, cookies=cookies)


def _passes_the_door(case: Case[Any], running: Whole, client: ASGIClient) -> None:
    for role in (Role.OPERATOR, Role.MEMBER):
        reader = Reader(running.ids["ours"], role, member_id=running.ids["mo"])
        sealed = running.seal(reader)
        case.call_and_validate(base_url="http://testserver", session=client, headers=sealed)


@PARTS["ingestion"].parametrize()
@_FUZZ
def test_ingestion_answers_as_documented(
    case: Case[Any], running: Whole, inner: dict[str, ASGIClient]
) -> None:
    _passes_the_door(case, running, inner["ingestion"])


@PARTS["search"].parametrize()
@_FUZZ
def test_search_answers_as_documented(
    case: Case[Any], running: Whole, inner: dict[str, ASGIClient]
) -> None:
    _passes_the_door(case, running, inner["search"])


@PARTS["matchmaking"].parametrize()
@_FUZZ
def test_matchmaking_answers_as_documented(
    case: Case[Any], running: Whole, inner: dict[str, ASGIClient]
) -> None:
    _passes_the_door(case, running, inner["matchmaking"])


@PARTS["notification"].parametrize()
@_FUZZ
def test_notification_answers_as_documented(
    case: Case[Any], running: Whole, inner: dict[str, ASGIClient]
) -> None:
    _passes_the_door(case, running, inner["notification"])


def test_chains_of_calls_hold_together_too(running: Whole) -> None:
    """What one call makes, the next ones read, change and delete."""
    machine = WHOLE.as_state_machine()

    class Chain(machine):  # type: ignore[misc, valid-type]  # made at run time
        @override
        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            running.rest()
            headers, _ = running.shown("operator")
            return {"base_url": running.url, "headers": headers}

    run_state_machine_as_test(
        Chain, settings=settings(_FUZZ, max_examples=10, stateful_step_count=6)
    )
    assert not any(running.process.health.wrong().values())
