"""People who go on sharing stories, whatever is restarted meanwhile."""

import itertools
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import httpx2
from harness.installation import Installation
from typing_extensions import override

PROGRAMME = {"id": "rolling", "name": "Rolling", "sector": "community", "languages": ["en"]}
CHANGED_EVERY = 3
"""Of three stories that are sent one was sent before, and reads otherwise now."""
JOINS_EVERY = 10
PAUSE_SECONDS = 0.15
"""Between two records: a steady load that leaves the restarts a share of the processors."""


class Load(threading.Thread):
    """Imports one record after the other until told to stop, each as often as it takes.

    An import may be repeated: a record that came in before, unanswered, answers ``unchanged``.
    """

    def __init__(self, kring: Installation) -> None:
        super().__init__(name="load", daemon=True)
        self._kring = kring
        self._key = kring.operator_key()
        self._done = threading.Event()
        self.stories: dict[str, int] = {}
        """The sequence of each story that was accepted, by its id."""
        self.members: dict[str, int] = {}
        self.repeated = 0
        """How often a record was sent again because nobody answered, or nobody could take it."""
        self.failure = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self.join()

    @override
    def run(self) -> None:
        try:
            for record in _stories():
                if self._done.is_set():
                    break
                self._accept("stories", record, self.stories)
                if len(self.stories) % JOINS_EVERY == 0:
                    self._accept("members", _member(len(self.stories)), self.members)
                self._done.wait(PAUSE_SECONDS)
        except AssertionError as error:
            self.failure = str(error)

    def _accept(self, kind: str, record: Mapping[str, Any], accepted: dict[str, int]) -> None:
        while not self._done.is_set():
            answer = self._send(kind, record)
            if answer is not None:
                (result,) = answer["results"]
                assert result["status"] in {"created", "changed", "unchanged"}, result
                accepted[result["id"]] = result["sequence"]
                return
            self.repeated += 1

    def _send(self, kind: str, record: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON
        """Return the answer; None if it is worth another try."""
        headers = {"authorization": f"Bearer {self._key}"}
        try:
            response = httpx2.post(
                f"{self._kring.url}/v1/import/{kind}",
                json={"programme": PROGRAMME["id"], "records": [record]},
                headers=headers,
                timeout=30,
            )
        except (httpx2.TransportError, OSError):  # nobody there, or no address just now
            return None
        if response.status_code in {502, 503, 504}:
            return None
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json()


def _stories() -> Iterator[dict[str, Any]]:
    """Yield new stories, and between them some that are told anew."""
    for number in itertools.count():
        yield _story(number, "first")
        if number % CHANGED_EVERY == 0:
            yield _story(number // 2, f"told anew after {number}")


def _story(number: int, telling: str) -> dict[str, Any]:
    return {
        "id": f"s-{number}",
        "title": f"Story {number} of the reading table",
        "body": f"In week {number} we read to one another in library {number * 7}: {telling}.",
        "language": "en",
        "visibility": "network",
    }


def _member(number: int) -> dict[str, Any]:
    return {
        "id": f"m-{number}",
        "name": f"Member {number}",
        "kind": "practitioner",
        "email": f"member-{number}@reading.example",
        "organisation": {"name": f"Library {number}", "side": "community"},
        "country": "NL",
        "languages": ["en"],
        "role": "member",
        "visibility": "network",
        "consents": ["matching", "mail"],
        "initiatives": [],
    }
