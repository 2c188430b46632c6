"""Many at once: people who search and programmes that import, none of whom waits."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
from faults.importing import BATCH, send, stories
from faults.ledger import Ledger
from harness.installation import Installation, Person

_MEBIBYTE_KIB = 1024
_PATIENCE_SECONDS = 60.0


@dataclass
class Seen:
    """What was answered: how often each status, how slowly, and what should not be."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, response: httpx2.Response, seconds: float) -> None:
        """Note an answer: good, or a refusal that says when to come back."""
        self.statuses[response.status_code] += 1
        self.seconds.append(seconds)
        refused = response.status_code in {429, 503}
        if not response.is_success and not (refused and "retry-after" in response.headers):
            self.wrong.append(f"{response.status_code} {response.text}")

    @property
    def p95(self) -> float:
        """Return the seconds within which 95 % was answered."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.95)]


def burst(
    kring: Installation,
    readers: Sequence[Person],
    ledger: Ledger,
    *,
    programmes: int,
    seconds: float,
) -> Seen:
    """Let each reader search and each programme import its series anew, until the time is over."""
    seen = Seen()
    until = time.monotonic() + seconds

    def go(ask: Callable[[int], httpx2.Response]) -> None:
        for turn in itertools.count():
            begun = time.monotonic()
            if begun > until:
                return
            seen.add(ask(turn), time.monotonic() - begun)

    def importing(series: str, operator: Person) -> Callable[[int], httpx2.Response]:
        return lambda turn: send(operator, ledger, stories(BATCH, edition=turn, series=series))

    def searching(reader: Person) -> Callable[[int], httpx2.Response]:
        words = ("soup", "bicycles", "singing carers", "reading to newcomers")
        return lambda turn: reader.respond("GET", "/v1/search", params={"q": words[turn % 4]})

    asking = [searching(reader) for reader in readers]
    asking += [importing(f"burst-{n}", kring.operator()) for n in range(programmes)]
    threads = [threading.Thread(target=go, args=[each]) for each in asking]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds + _PATIENCE_SECONDS)
        assert not thread.is_alive(), "a request is never answered"
    return seen


def mebibytes(kring: Installation, of: str = "VmRSS") -> int:
    """Return how much memory the one process of Kring has in use, or had at most (``VmHWM``)."""
    (process,) = (kring.data / "run" / "probes").iterdir()
    status = Path(f"/proc/{process.name}/status").read_text(encoding="ascii")
    (line,) = [each for each in status.splitlines() if each.startswith(f"{of}:")]
    return int(line.split()[1]) // _MEBIBYTE_KIB
