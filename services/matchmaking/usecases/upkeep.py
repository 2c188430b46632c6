"""What has to be looked at again and again: the background sample, old slates, old showings."""

from dataclasses import dataclass

from libs.kernel.clock import Clock
from libs.ports.database import Database
from services.matchmaking.domain.calibration import Background, Voice, sample_pairs
from services.matchmaking.domain.exposure import DAY, WEEK
from services.matchmaking.domain.introduction import forget
from services.matchmaking.ports.store import Store
from services.matchmaking.usecases.messages import publish_introduction
from services.matchmaking.usecases.neighbourhood import COMPARED, Neighbourhood

SAMPLED_INITIATIVES = 400
SAMPLED_PAIRS = 1_000
"""Pairs per language pair and field: a percentile is then known to about one in a thousand."""
SEED = 20
GROWTH = 1.2
"""A sample is drawn anew when the network grew or shrank by this factor."""
RUSH = 8.0
"""The factor while many members are taken over: each new sample costs new slates."""
FEW = 500
"""Up to so many initiatives a new sample changes percentiles enough to make all slates again."""
SLATE_AGE = DAY
SERVED_AGE = 26 * WEEK
"""Twice as long as a pair rests; then a showing, and a question without a yes, has served."""
BATCH = 500


@dataclass(frozen=True, slots=True)
class DrawBackground:
    """Draw the sample that cosines are compared with, when the network has changed enough."""

    store: Store
    database: Database
    neighbourhood: Neighbourhood
    clock: Clock
    encoder_name: str
    few: int = FEW

    def __call__(self, growth: float = GROWTH) -> bool:
        """Return whether a new sample was drawn."""
        size = self.neighbourhood.index.count()
        with self.database.read() as work:
            before = self.store.backgrounds.size(work, self.encoder_name)
            if not size or size == before or before / growth < size < before * growth:
                return False
            ids = self.store.profiles.initiative_ids(work, most=SAMPLED_INITIATIVES)
            owners = self.store.profiles.owners(work, ids)
        voices: dict[str, list[Voice]] = {name: [] for name in COMPARED}
        for one in self.neighbourhood.prints(ids).values():
            for name in voices.keys() & one.vectors.keys():
                owner = owners.get(one.initiative_id, "")
                voices[name].append(Voice(owner, one.language, one.vectors[name]))
        samples = sample_pairs(voices, most=SAMPLED_PAIRS, seed=SEED)
        background = Background(self.encoder_name, samples)
        with self.database.write() as work:
            now = self.clock.now().timestamp()
            self.store.backgrounds.put(work, background, size=size, at=now)
            if size <= self.few:
                every = self.store.slates.older_than(work, now + 1, limit=self.few)
                self.store.marks.put(work, every, at=now, urgent=False)
        return True

    def settle(self) -> None:
        """Draw a small network's sample anew if its size differs at all.

        To be called now and then: so slates end up the same in whatever order members came.
        """
        if self.neighbourhood.index.count() <= self.few:
            self(1.0)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Find what no event will ever touch again, and delete what has served."""

    store: Store
    database: Database
    clock: Clock

    def __call__(self) -> None:
        """Mark old slates; delete old showings, ended pauses and questions that came to nothing."""
        now = self.clock.now().timestamp()
        with self.database.write() as work:
            old = self.store.slates.older_than(work, now - SLATE_AGE, limit=BATCH)
            self.store.marks.put(work, old, at=now, urgent=False)
            self.store.showings.prune(work, now - SERVED_AGE)
            self.store.bounds.end_pauses(work, now)
            for one in self.store.introductions.ended(work, now - SERVED_AGE, limit=BATCH):
                publish_introduction(work, forget(one))
                self.store.introductions.drop(work, one.id)
