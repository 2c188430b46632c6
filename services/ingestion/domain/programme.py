"""The programme: the tenant of Kring."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from libs.kernel.vocabulary import LANGUAGES
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.identity import MOST_SLUG, slug


class Sector(StrEnum):
    """The sector a programme works in."""

    CARE = "care"
    SOCIAL = "social"
    COMMUNITY = "community"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme; the main language of its members comes first."""

    id: str
    slug: str
    name: str
    description: str = ""
    sector: Sector = Sector.SOCIAL
    region: str = ""
    languages: tuple[str, ...] = LANGUAGES

    @property
    def main_language(self) -> str:
        """Return the language of a text when nothing else tells it."""
        return self.languages[0]


def read_programme(fields: Fields, *, programme_id: str) -> Programme:
    """Return the programme of a record; valid only if the fields have no problems."""
    name = fields.name("name", required=True)
    wanted = fields.line("slug", most=MOST_SLUG)
    if wanted and slug(wanted) != wanted:
        fields.refuse("slug", "must be lower-case letters, digits and dashes")
    short = wanted or slug(name)
    if name and not short:
        fields.refuse("slug", "must be given, because the name has no Latin letters")
    return Programme(
        id=programme_id,
        slug=short,
        name=name,
        description=fields.text("description", most=2000),
        sector=fields.code("sector", Sector, Sector.SOCIAL),
        region=fields.line("region"),
        languages=fields.languages("languages") or LANGUAGES,
    )


def programme_record(programme: Programme) -> Mapping[str, object]:
    """Return the raw record that reads back as this programme."""
    record = asdict(programme)
    del record["id"]
    return record
