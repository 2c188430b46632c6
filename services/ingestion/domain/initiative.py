"""Initiatives: what a member works on, in five texts that can be matched apart."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from libs.kernel.vocabulary import Flag
from services.ingestion.domain.fields import Fields

MOST_INITIATIVES = 20
MOST_PART = 5000
TEXTS = ("what", "for_whom", "struggle", "need", "offer")


@dataclass(frozen=True, slots=True)
class Initiative:
    """One initiative; ``external_id`` is the sender's own, empty when it was made in Kring."""

    id: str
    title: str
    updated_at: datetime
    external_id: str = ""
    language: str = ""
    what: str = ""
    for_whom: str = ""
    struggle: str = ""
    need: str = ""
    offer: str = ""
    themes: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()
    stage: int = 0
    flag: Flag | None = None

    @property
    def words(self) -> str:
        """Return everything that is told, for guessing the language."""
        told = (self.title, self.what, self.for_whom, self.struggle, self.need, self.offer)
        return "\n".join(part for part in told if part)


def read_initiative(fields: Fields, *, initiative_id: str, now: datetime) -> Initiative:
    """Return the initiative of a record; valid only if the fields have no problems.

    A time of updating in the future is a mistake of the sender's clock and becomes ``now``.
    """
    updated = fields.moment("updated") or now
    if updated > now:
        fields.warn("updated", "lay in the future and became now")
    return Initiative(
        id=initiative_id,
        external_id=fields.line("id"),
        title=fields.line("title", required=True),
        updated_at=min(updated, now),
        language=fields.language("language"),
        what=fields.text("what"),
        for_whom=fields.text("for_whom", most=MOST_PART),
        struggle=fields.text("struggle", most=MOST_PART),
        need=fields.text("need", most=MOST_PART),
        offer=fields.text("offer", most=MOST_PART),
        themes=fields.themes("themes"),
        populations=fields.populations("populations"),
        stage=fields.stage("stage"),
        flag=fields.optional_code("flag", Flag),
    )


def read_initiatives(
    fields: Fields, before: Sequence[Initiative], *, new_id: Callable[[], str], now: datetime
) -> tuple[Initiative, ...]:
    """Return all initiatives of a member after their record; without any in it, those of before.

    Initiatives with an external id are the sender's: they change with the record and leave with it.
    Those made in Kring stay.
    """
    if not fields.has("initiatives"):
        return tuple(before)
    known = {initiative.external_id: initiative.id for initiative in before}
    sent: dict[str, Initiative] = {}
    for place, raw in enumerate(fields.records("initiatives", most=MOST_INITIATIVES)):
        inner = fields.inner(f"initiatives.{place}", raw)
        initiative = read_initiative(inner, initiative_id="", now=now)
        external_id = initiative.external_id or f"#{place + 1}"
        if external_id in sent:
            inner.refuse("id", "must differ from the other initiatives")
        identity = known.get(external_id) or new_id()
        sent[external_id] = replace(initiative, id=identity, external_id=external_id)
        fields.include(inner)
    own = (initiative for initiative in before if not initiative.external_id)
    return (*own, *sent.values())


def initiative_record(initiative: Initiative) -> Mapping[str, object]:
    """Return the raw record that reads back as this initiative, but for when it was updated."""
    record = asdict(initiative)
    record["id"] = record.pop("external_id")
    del record["updated_at"]
    return record


def is_same(one: Initiative, other: Initiative) -> bool:
    """Tell whether two initiatives say the same, whenever they were updated."""
    return replace(one, updated_at=other.updated_at) == other
