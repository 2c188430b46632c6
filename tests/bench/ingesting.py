"""P3: stories imported until they are found, over ten processes and real servers.

``python -m bench.ingesting --stories 1000`` starts the servers and the processes. Against it stands
what one processor could do at most if only the bare stages had to be done: one divided by the sum
of the processor times that the bare clients and their servers need for a story.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

from bench.stages import Stages, Told
from bench.telling import tell
from harness.installation import Person
from harness.split import Servers, SplitKring
from servers import elasticsearch, kafka, postgres, redis

from libs.adapters.elasticsearch.index import ElasticsearchIndex, open_index
from libs.ports.encoder import Encoder
from libs.runtime.bench.installation import wait_until
from libs.runtime.bench.living import PROGRAMME, stories_of, wired_encoder
from libs.runtime.bench.rounds import ROUNDS, Outcome, Pair, Series

LEAST = 0.7
BATCH = 25
TAKEN_SECONDS = 600.0


@dataclass
class Site:
    """A running installation, its index of stories, and the bare stages over the same servers."""

    kring: SplitKring
    operator: Person
    index: ElasticsearchIndex
    stages: Stages
    shares: dict[str, list[float]] = field(default_factory=dict)
    """Processor seconds per story of each stage, round by round."""

    def ours(self, stories: Sequence[Told]) -> float:
        """Return stories a second from the first request until all are in the index."""
        goal = self.index.count() + len(stories)
        begun = perf_counter()
        for first in range(0, len(stories), BATCH):
            batch = {"programme": PROGRAMME["id"], "records": stories[first : first + BATCH]}
            answer = self.operator.post("/v1/import/stories", batch)
            assert not answer["refused"], answer
        wait_until(lambda: self.index.count() >= goal, TAKEN_SECONDS)
        return len(stories) / (perf_counter() - begun)

    def bare(self, stories: Sequence[Told]) -> float:
        """Return stories a second that one processor could take in by the bare stages alone."""
        spent = self.stages.seconds(stories)
        for name, seconds in spent.items():
            self.shares.setdefault(name, []).append(seconds / len(stories))
        return len(stories) / sum(spent.values())


@contextmanager
def site(encoder: Encoder, name: str) -> Iterator[Site]:
    """Start the servers and ten processes."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="kring-bench-")))
        servers = Servers(
            opened.enter_context(kafka.running()),
            opened.enter_context(elasticsearch.running()),
            opened.enter_context(postgres.running(durable=True)),
            opened.enter_context(redis.running()),
        )
        kring = SplitKring(folder / "data", servers, KRING_ENCODER=name)
        opened.callback(kring.close)
        kring.start_empty()
        operator = kring.operator()
        operator.post("/v1/import/programmes", {"records": [PROGRAMME]})
        index = open_index(
            kring.index,
            "search",
            f"stories-{encoder.name}",
            dimension=encoder.dimension,
        )
        opened.enter_context(closing(index))
        yield Site(kring, operator, index, Stages(servers, encoder))


def measured(made: Site, stories: Sequence[Told], encoder: str) -> Outcome:
    """Import a share of the stories per round; do its bare stages right after, or right before."""
    share = len(stories) // ROUNDS
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(ROUNDS):
        part = stories[number * share : (number + 1) * share]
        for is_ours in (True, False) if number % 2 else (False, True):
            (ours if is_ours else theirs).append((made.ours if is_ours else made.bare)(part))
    stages = ", ".join(
        f"{name} {1000 * sorted(spent)[len(spent) // 2]:.2f} ms"
        for name, spent in made.shares.items()
    )
    return Pair(
        goal="P3",
        what=f"import until found, ten processes, {share * ROUNDS} stories ({encoder})",
        unit="stories/s",
        against="1 / processor time of the bare stages",
        ours=Series(tuple(ours)),
        theirs=Series(tuple(theirs)),
        least=LEAST,
        note=f"per story: {stages}",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=1_000)
    parser.add_argument("--encoder", default="use")
    parser.add_argument("--record", type=Path, help="append the outcome to this document")
    given = parser.parse_args()
    encoder = wired_encoder(given.encoder)
    invented = stories_of(None, BATCH + given.stories)
    warming, stories = invented[:BATCH], invented[BATCH:]
    with site(encoder, given.encoder) as made:
        made.ours(warming)  # connects everybody
        before = made.kring.spent()
        outcome = measured(made, stories, given.encoder)
        spent = made.kring.spent()
    each = (
        f"{name} {1000 * (seconds - before[name]) / len(stories):.2f} ms"
        for name, seconds in spent.items()
    )
    outcome = replace(outcome, note=f"{outcome.note}; our processes: {', '.join(each)}")
    tell([outcome], given.record)


if __name__ == "__main__":
    main()
