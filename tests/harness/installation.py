"""A running Kring as its users meet it: what `kring up` starts, and its public API."""

import json
import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from typing_extensions import override

T = TypeVar("T")
START_SECONDS = 180.0


class Person:
    """Somebody who uses the API: signed in as a member, or with a key."""

    def __init__(self, url: str, *, key: str = "") -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx2.Client(base_url=url, headers=headers, timeout=60)
        self.member_id = ""

    def sign_in(self, link: str) -> None:
        token = parse_qs(urlsplit(link).query)["token"][0]
        self._http.headers["origin"] = str(self._http.base_url).rstrip("/")
        self.post("/v1/session", {"token": token})
        self.member_id = self.get("/v1/session")["member_id"]

    def get(self, path: str, **query: Any) -> Any:  # noqa: ANN401  # JSON
        return self.answer("GET", path, params=query)

    def post(self, path: str, body: object = None) -> Any:  # noqa: ANN401  # JSON
        return self.answer("POST", path, json={} if body is None else body)

    def answer(self, method: str, path: str, **content: Any) -> Any:  # noqa: ANN401  # JSON
        response = self._http.request(method, path, **content)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def respond(self, method: str, path: str, **content: Any) -> httpx2.Response:  # noqa: ANN401
        return self._http.request(method, path, **content)

    def status(self, method: str, path: str, **content: Any) -> int:  # noqa: ANN401  # JSON
        return int(self._http.request(method, path, **content).status_code)

    def close(self) -> None:
        self._http.close()


class Installation(ABC):
    """Kring on its own data folder; starts, stops and is killed like a real one.

    ``settings`` such as ``KRING_ENCODER`` hold for every start and command.
    """

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self._environment = {**_environment(), **settings}
        self._processes: list[subprocess.Popen[bytes]] = []
        """Those that shall run now, in the order of their start."""
        self._people: list[Person] = []

    @abstractmethod
    def start_empty(self, **settings: str) -> None:
        """Start without the sample, with more settings for this once, and wait until it answers."""

    @abstractmethod
    def start_with_encoder(self, name: str) -> None:
        """Start on the same data with another encoder, as the operator's guide says."""

    @abstractmethod
    def crash(self, service: str) -> None:
        """End the process that answers for a service, as a power cut does."""

    @abstractmethod
    def recover(self, service: str) -> None:
        """Start that process again, and wait until it answers."""

    @property
    def url(self) -> str:
        return (self.data / "run" / "address").read_text(encoding="ascii")

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does; return its exit code, of several the first bad one."""
        codes = [self._end(process, signal.SIGTERM) for process in reversed(self._processes)]
        self._processes.clear()
        return next(filter(None, codes), 0)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        for process in reversed(self._processes):
            self._end(process, signal.SIGKILL)
        self._processes.clear()
        (self.data / "run" / "address").unlink(missing_ok=True)

    def operator(self) -> Person:
        return self._known(Person(self.url, key=self.operator_key()))

    def operator_key(self) -> str:
        return (self.data / "secrets" / "operator_key").read_text(encoding="ascii").strip()

    def as_member(self, email: str) -> Person:
        """Sign a member in by a link."""
        person = self._known(Person(self.url))
        person.sign_in(self.operator().post("/v1/session/links", {"email": email})["url"])
        return person

    def cli(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run the command line on this installation."""
        return subprocess.run(  # noqa: S603  # our own program
            self._command(*arguments),
            capture_output=True,
            text=True,
            env={**self._environment, **settings},
            check=False,
            timeout=300,
        )

    def findings(self) -> dict[str, dict[str, str]]:
        """Return what `kring doctor --deep` says of a stopped Kring, by part.

        Nothing may be wrong but that nobody is there, which servers know.
        """
        doctor = self.cli("doctor", "--deep", "--json", KRING_PORT="0")
        findings = {each["part"]: each for each in json.loads(doctor.stdout.splitlines()[-1])}
        wrong = [each for each in findings.values() if each["wrong"]]
        assert all(each["part"].endswith(("consumers", "beats")) for each in wrong), wrong
        return findings

    def begin(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Let the command line run on this installation; what it tells can be read in the end."""
        return subprocess.Popen(  # noqa: S603  # our own program
            self._command(*arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._environment,
        )

    def mails(self) -> list[Path]:
        return sorted((self.data / "mail").glob("*.eml"))

    def wait_for(self, look: Callable[[], T], what: str, seconds: float = 30.0) -> T:
        """Look again and again until something true is seen; fail after so long."""
        deadline = time.monotonic() + seconds
        while True:
            found = look()
            if found:
                return found
            if any(process.poll() is not None for process in self._processes):
                pytest.fail(f"Kring ended while waiting for {what}: {self._log()}")
            if time.monotonic() > deadline:
                pytest.fail(f"waited {seconds} s for {what}: {self._log()}")
            time.sleep(0.05)

    def close(self) -> None:
        for person in self._people:
            person.close()
        self.kill()

    def _launch(self, *arguments: str, **settings: str) -> "subprocess.Popen[bytes]":
        """Start a process of this installation; it writes to the log."""
        with (self.data.parent / "kring.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # our own program
                self._command(*arguments),
                stdout=log,
                stderr=log,
                env={**self._environment, **settings},
            )

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "services", *arguments, "--data", str(self.data)]

    def _known(self, person: Person) -> Person:
        self._people.append(person)
        return person

    def probe(self, path: str, process: "subprocess.Popen[bytes] | None" = None) -> httpx2.Response:
        """Ask a process, the first one unless told, what operators ask."""
        pid = (process or self._processes[0]).pid
        address = (self.data / "run" / "probes" / str(pid)).read_text(encoding="ascii")
        return httpx2.get(f"{address}{path}", timeout=5)

    def _is_ready(self, process: "subprocess.Popen[bytes]") -> bool:
        try:
            return self.probe("/readyz", process).is_success
        except (OSError, httpx2.TransportError, httpx2.InvalidURL):
            return False

    @staticmethod
    def _end(process: "subprocess.Popen[bytes]", number: int) -> int:
        process.send_signal(number)
        return process.wait(timeout=60)

    def _log(self) -> str:
        return (self.data.parent / "kring.log").read_text(encoding="utf-8")[-4000:]


class Kring(Installation):
    """All services in one process, as ``kring up`` starts them."""

    def start(self, *arguments: str, **settings: str) -> None:
        """Start ``kring up``, with more settings for this once, and wait until it answers."""
        process = self._launch("up", "--port", "0", *arguments, **settings)
        self._processes = [process]
        self.wait_for(lambda: self._is_ready(process), "Kring to be ready", START_SECONDS)

    @override
    def start_empty(self, **settings: str) -> None:
        self.start("--no-sample", **settings)

    @override
    def start_with_encoder(self, name: str) -> None:
        self.start_empty(KRING_ENCODER=name)

    @override
    def crash(self, service: str) -> None:
        self.kill()

    @override
    def recover(self, service: str) -> None:
        self.start_empty()

    def wait_for_its_end(self, seconds: float = 60.0) -> int:
        """Return the exit code of a Kring that ends by itself; minus nine when it was killed."""
        code = self._processes.pop().wait(timeout=seconds)
        (self.data / "run" / "address").unlink(missing_ok=True)
        return code


def _environment() -> dict[str, str]:
    inherited = {n: v for n, v in os.environ.items() if not n.startswith("KRING_")}  # noqa: TID251
    return {**inherited, "PYTHONUNBUFFERED": "1"}


class Network:
    """Two programmes with a few people, made through the API."""

    def __init__(self, kring: Installation) -> None:
        self.kring = kring
        self.operator = kring.operator()
        self.programmes: dict[str, str] = {}

    def programme(self, slug: str) -> str:
        """Make a programme; return its id."""
        record = {"id": slug, "name": slug.title(), "sector": "care", "languages": ["nl", "en"]}
        self.imported("programmes", record)
        found = self.operator.get("/v1/programmes", limit=100)["programmes"]
        self.programmes = {each["slug"]: each["id"] for each in found}
        return self.programmes[slug]

    def imported(self, kind: str, *records: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Import records; each must be accepted."""
        results: list[dict[str, Any]] = self.operator.post(
            f"/v1/import/{kind}", {"records": list(records)}
        )["results"]
        assert all(result["status"] != "refused" for result in results), json.dumps(results)
        return results

    def member(self, name: str, programme: str, **more: Any) -> str:  # noqa: ANN401  # a record
        """Let a member join; return their mail address."""
        slug = name.lower().replace(" ", "-")
        record: dict[str, Any] = {
            "id": slug,
            "programme": programme,
            "name": name,
            "kind": "practitioner",
            "email": f"{slug}@{slug}.example",
            "phone": "+31 6 0000 0001",
            "organisation": {"name": f"Stichting {name}", "side": "community"},
            "region": "Utrecht",
            "country": "NL",
            "languages": ["nl"],
            "role": "member",
            "wants": ["peer"],
            "visibility": "network",
            "consents": ["matching", "mail"],
            "initiatives": [],
        }
        self.imported("members", {**record, **more})
        return f"{slug}@{slug}.example"

    def person(self, email: str) -> Person:
        """Sign a member in, as soon as the gateway knows them."""
        link = {"email": email}
        self.kring.wait_for(
            lambda: self.operator.status("POST", "/v1/session/links", json=link) < 300,
            f"{email} to be known",
        )
        return self.kring.as_member(email)


def initiative(**texts: Any) -> dict[str, Any]:  # noqa: ANN401  # a record
    """Return an initiative record with what a test leaves open."""
    return {
        "id": "work",
        "title": texts.get("what", "Werk")[:40],
        "language": "nl",
        "stage": 3,
        "themes": ["informal_care"],
        "populations": ["carers"],
        "updated": "2026-11-01",
        **texts,
    }
