"""What must hold after any crash, as one pure function over what was seen.

I1 nothing acknowledged is lost, and database and log tell the same; I3 applied sequences only rise
and end at the newest; I4 an index is the fold of the log; I5 a notification exists once and its
mail leaves once, or once more for every doubt that is recorded; I6 nothing is left over.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from faults.ledger import Acknowledged

Sequences = Mapping[str, int]
"""By aggregate."""


@dataclass(frozen=True, slots=True)
class Published:
    """A snapshot as it stands in the log."""

    aggregate: str
    sequence: int
    digest: str


@dataclass(frozen=True, slots=True)
class Seen:
    """An installation at rest, and what was seen of it on the way."""

    acknowledged: Sequence[Acknowledged] = ()
    database: Sequences = field(default_factory=dict)
    log: Sequence[Published] = ()
    applied: Sequence[Mapping[str, Sequences]] = ()
    """By consumer, as it was after each crash and, last, at rest."""
    indexes: Mapping[str, Sequences] = field(default_factory=dict)
    names: Sequence[str] = ()
    """What each story calls itself; each was sent once, so each is there once."""
    dedupe_keys: Sequence[str] = ()
    doubts: Mapping[str, int] = field(default_factory=dict)
    """How often nobody knew whether the mail of a notification had left."""
    mails: Sequence[str] = ()
    """The notification of each mail that left."""
    left_over: Mapping[str, int] = field(default_factory=dict)
    """Unsent rows, unread records, dead letters."""


def violations(seen: Seen) -> list[str]:
    """Return what does not hold, in sentences; nothing when all is well."""
    newest: dict[str, int] = {}
    for one in seen.log:
        newest[one.aggregate] = max(one.sequence, newest.get(one.aggregate, 0))
    return [
        *_lost(seen, newest),
        *_two_writers(seen.log),
        *_regressed(seen.applied, newest),
        *_differing_indexes(seen.indexes, newest),
        *_doubled(seen),
        *(f"I6: {amount} {what} left over" for what, amount in seen.left_over.items() if amount),
    ]


def _lost(seen: Seen, newest: Sequences) -> Iterator[str]:
    for ack in seen.acknowledged:
        if seen.database.get(ack.aggregate, 0) < ack.sequence:
            yield f"I1: {ack.operation} was acknowledged and is not in the database"
        if newest.get(ack.aggregate, 0) < ack.sequence:
            yield f"I1: {ack.operation} was acknowledged and is not in the log"
    for aggregate in sorted({*seen.database, *newest}):
        kept, told = seen.database.get(aggregate, 0), newest.get(aggregate, 0)
        if kept != told:
            yield f"I1: {aggregate} is at {kept} in the database and at {told} in the log"


def _two_writers(log: Sequence[Published]) -> Iterator[str]:
    digests: dict[tuple[str, int], str] = {}
    for one in log:
        if digests.setdefault((one.aggregate, one.sequence), one.digest) != one.digest:
            yield f"I2: {one.aggregate} was told twice at {one.sequence}, differently"


def _regressed(history: Sequence[Mapping[str, Sequences]], newest: Sequences) -> Iterator[str]:
    for before, after in itertools.pairwise(history):
        for consumer, sequences in before.items():
            for aggregate, sequence in sequences.items():
                now = after.get(consumer, {}).get(aggregate, 0)
                if now < sequence:
                    yield f"I3: {consumer} went back from {sequence} to {now} of {aggregate}"
    for consumer, sequences in (history[-1] if history else {}).items():
        for aggregate in sorted({*sequences, *newest}):
            if sequences.get(aggregate, 0) != newest.get(aggregate, 0):
                yield f"I3: {consumer} did not end at the newest of {aggregate}"


def _differing_indexes(indexes: Mapping[str, Sequences], newest: Sequences) -> Iterator[str]:
    for index, sequences in indexes.items():
        for aggregate in sorted({*sequences, *newest}):
            if sequences.get(aggregate, 0) != newest.get(aggregate, 0):
                yield f"I4: the index {index} does not hold the newest of {aggregate}"


def _doubled(seen: Seen) -> Iterator[str]:
    for name, amount in Counter(seen.names).items():
        if amount > 1:
            yield f"I1: {name} is there {amount} times"
    for key, amount in Counter(seen.dedupe_keys).items():
        if amount > 1:
            yield f"I5: {amount} notifications under {key}"
    for notification, amount in Counter(seen.mails).items():
        if amount > 1 + seen.doubts.get(notification, 0):
            yield f"I5: {amount} mails of {notification}, {seen.doubts.get(notification, 0)} doubts"
