"""A running Kring: how fast it starts, takes stories in and finds them, and what it needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from libs.kernel.clock import SystemClock
from libs.kernel.ids import Uuid7
from libs.kernel.metrics import CONSUMED, ENCODED
from libs.kernel.passages import split_passages
from libs.ports.encoder import Encoder
from libs.runtime.bench.installation import Installation, wait_until
from libs.runtime.bench.network import Network, Size
from libs.runtime.bench.rounds import ROUNDS, Figure, Outcome, Pair, Series, rate
from libs.runtime.cli.importing import import_records
from libs.runtime.cli.table import read_records
from libs.runtime.settings import load
from libs.runtime.wiring import Wiring

LEAST_IMPORT_RATIO = 0.6
MOST_MEGABYTES = 900.0
MOST_IDLE_SHARE = 3.0
PROGRAMME = {"id": "bench", "name": "Bench", "sector": "knowledge", "languages": ["nl", "en"]}
_TAKEN_SECONDS = 600.0
_SELDOM_SECONDS = 0.2
"""An import takes seconds; asked 200 times a second, Kring spent half a processor on answers."""
_PARTS = ("summary", "body", "context", "outcome", "evidence")

Record = dict[str, Any]


def stories_of(file: Path | None, amount: int) -> list[Record]:
    """Return stories of a file, or invented ones, without programme and contacts of their own."""
    if file is None:
        found = list(Network(Size(max(1, amount // 10), amount), 1).stories())
    else:
        found = [record for _, record in read_records(file)][:amount]
    left_out = {"programme", "contacts"}
    return [{k: v for k, v in record.items() if k not in left_out} for record in found]


def wired_encoder(name: str) -> Encoder:
    """Return the encoder as services get it; new texts never meet its memory."""
    chosen: dict[str, object] = {"encoder": name} if name else {}
    return Wiring(load(**chosen), clock=SystemClock(), ids=Uuid7(SystemClock())).encoder()


def passages(stories: Sequence[Record], words: int) -> list[str]:
    """Return what search has encoded of these stories."""
    return list(_passages(stories, words))


def import_rate(kring: Installation, stories: Sequence[Record], *, rounds: int) -> Pair:
    """Import a share of the stories per round, until all are found; against the bare encoder."""
    kring.client().post("/v1/import/programmes", {"records": [PROGRAMME]})
    encoder = wired_encoder(kring.settings.encoder)
    share = len(stories) // rounds
    ours, theirs, texts = [], [], 0
    for number in range(rounds):
        part = stories[number * share : (number + 1) * share]
        encoded = passages(part, encoder.passage_words)
        texts += len(encoded)
        ours.append(rate(partial(_take_in, kring, part), len(encoded)))
        theirs.append(rate(partial(encoder.encode, encoded, "passage"), len(encoded)))
    counted = kring.counted(ENCODED.name, encoder=encoder.name)
    return Pair(
        goal="import",
        what=f"import until found, {share * rounds} stories ({kring.settings.encoder})",
        unit="passages/s",
        against="bare encoder",
        ours=Series(tuple(ours)),
        theirs=Series(tuple(theirs)),
        least=LEAST_IMPORT_RATIO,
        note=f"{share} stories a round, {texts} passages; Kring counted {counted:.0f} new texts",
    )


@dataclass(frozen=True, slots=True)
class Care:
    """How much to look at."""

    posts: int
    idle_seconds: float
    starts: int


CAREFUL = Care(posts=30, idle_seconds=20.0, starts=3)
QUICK = Care(posts=2, idle_seconds=0.5, starts=1)
"""Enough to see that it works; the figures say nothing."""


def measure(kring: Installation, stories: Sequence[Record], care: Care) -> list[Outcome]:
    """Return everything about a running Kring, in an order in which nothing disturbs the next."""
    return [
        import_rate(kring, stories, rounds=ROUNDS),
        post_to_found(kring, care),
        *needs(kring, care),
        start_up(kring, care),
    ]


def post_to_found(kring: Installation, care: Care) -> Figure:
    """Return how long after a POST its story is found, while nothing else happens."""
    client = kring.client()
    client.post("/v1/import/programmes", {"records": [PROGRAMME]})
    seconds = []
    for number in range(care.posts):
        word = f"zwaluwstaart{number}x{int(perf_counter() * 1e6)}"
        body = f"We hang a {word} above the door for everyone who comes in."
        story = {"title": f"The {word}", "body": body, "programme": "bench"}
        begun = perf_counter()
        client.post("/v1/stories", {**story, "language": "en", "visibility": "network"})
        wait_until(partial(_is_found, kring, word), _TAKEN_SECONDS)
        seconds.append((perf_counter() - begun) * 1000)
        sleep(0.2)
    return Figure("found", "POST /v1/stories until found", "ms", Series(tuple(seconds)))


def needs(kring: Installation, care: Care) -> list[Figure]:
    """Return memory and idle processor time as it stands."""
    before, begun = kring.cpu_seconds(), perf_counter()
    sleep(care.idle_seconds)
    share = 100 * (kring.cpu_seconds() - before) / (perf_counter() - begun)
    memory = Series((kring.memory_megabytes(),))
    stories = kring.counted(CONSUMED.name, service="search", outcome="applied")
    note = f"after {stories:.0f} events in search"
    return [
        Figure("memory", "resident memory of `kring up`", "MB", memory, MOST_MEGABYTES, note),
        Figure("idle", "idle processor time", "% of a core", Series((share,)), MOST_IDLE_SHARE),
    ]


def start_up(kring: Installation, care: Care) -> Figure:
    """Stop and start it some times; return how long until it is ready."""
    seconds = []
    for _ in range(care.starts):
        kring.stop()
        seconds.append(kring.start())
    return Figure("start", "`kring up` until ready, with its data", "s", Series(tuple(seconds)))


def _take_in(kring: Installation, stories: Sequence[Record]) -> None:
    taken = partial(kring.counted, CONSUMED.name, service="search", outcome="applied")
    goal = taken() + len(stories)
    report = import_records(kring.client(), "stories", enumerate(stories), programme="bench")
    wait_until(
        lambda: taken() >= goal - len(report.refused), _TAKEN_SECONDS, look_seconds=_SELDOM_SECONDS
    )


def _is_found(kring: Installation, word: str) -> bool:
    hits = kring.client().get("/v1/search", {"q": word, "limit": 100})["hits"]
    return any(word in hit["title"] for hit in hits)


def _passages(stories: Sequence[Record], words: int) -> Iterator[str]:
    for story in stories:
        body = "\n".join(str(story[part]) for part in _PARTS if story.get(part))
        for passage in split_passages(body, words=words) or [str(story["title"])]:
            yield f"{story['title']}. {passage}"
