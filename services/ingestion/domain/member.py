"""Members: who they are, what they want, and what they allow."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from libs.kernel.policy import Role, Visibility
from libs.kernel.vocabulary import LANGUAGES, MemberKind, Purpose, Side, Wish
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.initiative import MOST_INITIATIVES, Initiative

MOST_CAPACITY = 20
MOST_BYTES = 200_000
"""Of all texts of a member together: one snapshot must fit into one event."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation and its side of the field."""

    name: str
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One member with all initiatives as they stand.

    ``email`` is empty only for an organisation that was imported without one: nobody can sign in as
    it. ``blocked`` holds the ids of members that this member blocked.
    """

    id: str
    programme: str
    name: str
    pseudonym: str = ""
    kind: MemberKind = MemberKind.PRACTITIONER
    email: str = ""
    phone: str = ""
    organisation: Organisation | None = None
    region: str = ""
    country: str = ""
    languages: tuple[str, ...] = LANGUAGES
    role: Role = Role.MEMBER
    wants: tuple[Wish, ...] = (Wish.PEER,)
    capacity: int = 2
    snoozed_until: datetime | None = None
    visibility: Visibility = Visibility.PROGRAMME
    consents: tuple[Purpose, ...] = ()
    blocked: tuple[str, ...] = ()
    initiatives: tuple[Initiative, ...] = ()

    @property
    def display_name(self) -> str:
        """Return the name that other members read."""
        return self.pseudonym or self.name


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member has from where they stand and not from their record."""

    id: str
    programme: str
    main_language: str
    has_address: bool = True
    """False for an organisation that may come without a mail address."""


def default_capacity(role: Role) -> int:
    """Return how many open introductions a month somebody carries unless they say otherwise."""
    return 2 if role is Role.MEMBER else 4


def read_member(fields: Fields, standing: Standing) -> Member:
    """Return the member of a record without initiatives; valid only if no field has a problem."""
    kind = fields.code("kind", MemberKind, MemberKind.PRACTITIONER)
    role = fields.code("role", Role, Role.MEMBER)
    email = fields.email("email")
    if standing.has_address and not email:
        fields.refuse("email", "must not be empty")
    pseudonym = fields.name("pseudonym")
    if pseudonym and kind is MemberKind.PRACTITIONER:
        fields.refuse("pseudonym", "is only for people with lived experience")
    return Member(
        id=standing.id,
        programme=standing.programme,
        name=fields.name("name", required=True),
        pseudonym=pseudonym,
        kind=kind,
        email=email,
        phone=fields.phone("phone"),
        organisation=_organisation(fields),
        region=fields.line("region"),
        country=fields.country("country"),
        languages=fields.languages("languages") or (standing.main_language,),
        role=role,
        wants=fields.codes("wants", Wish, (Wish.PEER,)),
        capacity=fields.number(
            "capacity", least=0, most=MOST_CAPACITY, default=default_capacity(role)
        ),
        snoozed_until=fields.moment("snoozed_until"),
        visibility=fields.code("visibility", Visibility, Visibility.PROGRAMME),
        consents=fields.codes("consents", Purpose),
    )


def member_record(member: Member) -> Mapping[str, object]:
    """Return the raw record that reads back as this member, without initiatives and blocks."""
    record = asdict(member)
    for part in ("id", "programme", "blocked", "initiatives"):
        del record[part]
    if member.snoozed_until is not None:
        record["snoozed_until"] = member.snoozed_until.isoformat()
    return record


def check_size(initiatives: Sequence[Initiative]) -> str:
    """Return what is wrong with the number or the size of initiatives; empty when nothing is."""
    if len(initiatives) > MOST_INITIATIVES:
        return f"must be at most {MOST_INITIATIVES}"
    if sum(len(initiative.words.encode()) for initiative in initiatives) > MOST_BYTES:
        return "are too long together"
    return ""


def _organisation(fields: Fields) -> Organisation | None:
    raw = fields.record("organisation")
    if not raw:
        return None
    inner = fields.inner("organisation", raw)
    organisation = Organisation(
        name=inner.name("name", required=True), side=inner.optional_code("side", Side)
    )
    fields.include(inner)
    return organisation
