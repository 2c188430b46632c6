"""Somebody who writes all the time, and remembers exactly what was accepted."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from harness.cluster import wait_for

PROGRAMME = {"slug": "ring", "name": "The ring"}
BETWEEN_SECONDS = 0.05
PAGE = 100


@dataclass
class Writers:
    """Share stories one after the other, each under a key of its own, until told to stop.

    A request that gets no good answer is sent again under the same key until it gets one, as a
    program that must not lose anything does.
    """

    url: str
    headers: dict[str, str]
    accepted: dict[str, str] = field(default_factory=dict)
    """The ids of the accepted stories, by the word that each alone contains."""
    unanswered: int = 0
    """Requests that were sent again."""
    refused: list[str] = field(default_factory=list)
    """Answers that no repetition would mend."""
    silence: float = 0.0
    """Seconds that passed at most, while it wrote, without a story being accepted."""
    _last: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def told(self) -> str:
        """Return how much was written."""
        return (
            f"{len(self.accepted)} stories accepted, {self.unanswered} requests sent again,"
            f" none accepted for {self.silence:.1f} s at most"
        )

    @contextmanager
    def writing(self, name: str, *, threads: int = 2) -> Iterator[None]:
        """Let so many threads write; ``name`` begins the words of this time."""
        self._stop.clear()
        self._last = time.monotonic()
        running = [
            threading.Thread(target=self._write, args=[f"{name}{letter}"])
            for letter in "abcdefgh"[:threads]
        ]
        for thread in running:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in running:
                thread.join()

    def make_programme(self) -> None:
        with self._client() as client:
            answer = client.post("/v1/programmes", json=PROGRAMME)
            assert answer.status_code in {201, 409}, answer.text

    def assert_nothing_is_lost(self, *, seconds: float = 120) -> None:
        """See that all that was accepted is there, and that its events were taken in time."""
        assert self.refused == []
        assert self.missing() == set()
        wait_for(lambda: not self.unfound(), "every accepted story to be found", seconds)

    def missing(self) -> set[str]:
        """Return the accepted stories that the service does not list."""
        return set(self.accepted.values()) - set(self._listed())

    def unfound(self) -> set[str]:
        """Return the words whose story a search does not find."""
        with self._client() as client:
            return {
                word for word, story in self.accepted.items() if story not in _hits(client, word)
            }

    def _listed(self) -> Iterator[str]:
        with self._client() as client:
            cursor = ""
            while True:
                query = f"limit={PAGE}&cursor={cursor}" if cursor else f"limit={PAGE}"
                page = client.get(f"/v1/stories?{query}").json()
                yield from (story["id"] for story in page["stories"])
                cursor = page.get("next") or ""
                if not cursor:
                    return

    def _write(self, name: str) -> None:
        number = 0
        with self._client() as client:
            while not self._stop.is_set():
                number += 1
                self._share(client, f"{name}x{number}")
                time.sleep(BETWEEN_SECONDS)  # the pace of a writer, no wait for anything

    def _share(self, client: httpx2.Client, word: str) -> None:
        body = {
            "programme": PROGRAMME["slug"],
            "title": f"Reading table {word}",
            "body": f"We read to one another in the library, and {word} came along.",
            "language": "en",
            "visibility": "network",
        }
        while True:
            try:
                answer = client.post("/v1/stories", json=body, headers={"idempotency-key": word})
            except httpx2.TransportError:
                self._count()
                continue
            if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
                self._count()
                continue
            with self._lock:
                if answer.is_success:
                    self._keep(word, answer.json()["id"])
                else:
                    self.refused.append(answer.text)
            return

    def _keep(self, word: str, story: str) -> None:
        now = time.monotonic()
        self.accepted[word] = story
        self.silence = max(self.silence, now - self._last)
        self._last = now

    def _count(self) -> None:
        with self._lock:
            self.unanswered += 1
        time.sleep(BETWEEN_SECONDS)

    def _client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, headers=self.headers, timeout=30)


def _hits(client: httpx2.Client, word: str) -> set[str]:
    answer: Any = client.get("/v1/search", params={"q": word, "limit": 5})
    return {hit["id"] for hit in answer.json()["hits"]} if answer.is_success else set()
