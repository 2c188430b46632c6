"""What must not be in logs, metrics, answers and files: canaries through a whole journey."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from harness.whole import OPERATOR_KEY, SECRET, Whole, initiative, member

from libs.contracts.envelope import Record
from libs.contracts.topics import INBOX
from libs.runtime.logs import configure_logs

pytestmark = pytest.mark.timeout(300)

PERSONAL = {
    "address": "kanarie-adres@kring.example",
    "phone": "+31 6 4242 4242",
    "name": "Kanariegeel Vandenberg",
    "story": "kanariegeheim verhaal over de keukentafel",
    "message": "kanariebericht aan de ander",
    "query": "kanariezoekvraag",
    "work": "kanariewerk in de wijk",
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, at the most talkative level."""
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    configure_logs(format_name="json", level="debug")
    stream = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers, root.level = before


def _journey(whole: Whole) -> dict[str, str]:
    """Let somebody join, sign in, tell, search, ask and be refused; return the secrets made."""
    person = member(
        "kanarie", "ours", name=PERSONAL["name"], email=PERSONAL["address"],
        phone=PERSONAL["phone"], initiatives=[initiative(PERSONAL["work"])],
    )  # fmt: skip
    whole.done("operator", "POST", "/v1/import/members", json={"records": [person]})
    whole.settle()
    asked = {"email": PERSONAL["address"]}
    whole.ask("anonymous", "POST", "/v1/session/link", json=asked)
    token = whole.token(PERSONAL["address"])
    browser = whole.sign_in(PERSONAL["address"])
    key = whole.done("coordinator", "POST", "/v1/keys", json={"name": "kanarie"})["key"]
    told = {"title": PERSONAL["story"], "body": PERSONAL["story"] * 20, "visibility": "network"}
    assert browser.post("/v1/stories", json=told).status_code == 201
    browser.post("/v1/stories", json={**told, "stage": 99, "url": f"javascript:{SECRET}"})
    browser.get("/", params={"q": PERSONAL["query"]})
    question = {"member_id": whole.ids["am"], "message": PERSONAL["message"]}
    assert browser.post("/v1/introductions", json=question).status_code == 201
    _fail(whole, browser, token, key)
    whole.settle()
    session = browser.cookies["kring_session"]
    return {"secret": SECRET, "operator": OPERATOR_KEY, "link": token, "session": session,
            "key": key.rpartition("_")[2]}  # fmt: skip


def _fail(whole: Whole, browser: httpx2.Client, token: str, key: str) -> None:
    """Do what is refused or breaks, since errors like to quote what they got."""
    browser.post("/v1/session", json={"token": f"{token}x"})
    browser.get("/v1/session", headers={"authorization": f"Bearer {key}x"})
    browser.post("/v1/stories", content=b'{"title": "' + PERSONAL["story"].encode() + b'"')
    browser.get("/v1/search", params={"q": PERSONAL["query"], "limit": "0"})
    payloads = [
        b'{"story": {"title": "' + PERSONAL["story"].encode() + b'", "stage": "x"}}',
        b'{"member": {"email": "' + PERSONAL["address"].encode() + b'", "role": "x"}}',
        b'{"' + PERSONAL["address"].encode() + b'": 1}',
        PERSONAL["story"].encode(),
    ]
    headers = {
        "ce_specversion": "1.0", "ce_id": "1", "ce_type": INBOX.type, "ce_source": "/elsewhere",
        "ce_subject": "submission/kanarie", "ce_programme": whole.ids["ours"],
        "content-type": "application/json",
    }  # fmt: skip
    packed = tuple((name, text.encode()) for name, text in headers.items())
    bus = whole.process._bus
    bus.publish([Record(INBOX.name, b"x", packed, payload) for payload in payloads])


def test_a_journey_leaves_no_secret_and_nobody_in_the_logs(whole: Whole, log: io.StringIO) -> None:
    secrets = _journey(whole)
    logged = log.getvalue()
    assert "buried" in logged, "the log was captured"
    for name, canary in {**secrets, **PERSONAL}.items():
        lines = [line[:400] for line in logged.splitlines() if canary in line]
        assert not lines, f"{name}: {lines[:3]}"
    metrics = httpx2.get(f"{whole.process.probes()}/metrics", timeout=60).text
    assert "kring_" in metrics
    for name, canary in {**secrets, **PERSONAL}.items():
        assert canary not in metrics, name
    found = _holding(whole.data, secrets)
    assert not found, "secrets are kept as digests, and travel in the mail alone"


def _holding(data: Path, secrets: dict[str, str]) -> list[str]:
    """Return which files hold which secret; the mail is how a link travels."""
    return [
        f"{path.name}: {name}"
        for path in data.rglob("*")
        if path.is_file() and "mail" not in path.relative_to(data).parts
        for name, secret in secrets.items()
        if secret.encode() in path.read_bytes()
    ]
