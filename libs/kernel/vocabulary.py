"""The words of Kring: stages, kinds, themes and population groups, in Dutch and English.

The theme and population codes of public participation (``arts`` … ``youth``) are the field's common
ones, so that material from elsewhere fits; the codes for care and social work are our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

LANGUAGES = ("nl", "en")
STAGES = range(1, 8)


@dataclass(frozen=True, slots=True)
class Label:
    """One name in both languages."""

    nl: str
    en: str

    def text(self, language: str) -> str:
        """Return the Dutch name for ``nl`` and anything below it, else the English one."""
        return self.nl if language.split("-", maxsplit=1)[0] == "nl" else self.en


def _labels(rows: str) -> Mapping[str, Label]:
    parsed = (line.split("|") for line in rows.strip().splitlines())
    return MappingProxyType({code: Label(nl=nl, en=en) for code, nl, en in parsed})


class StoryKind(StrEnum):
    """The kinds of stories; all rank equal."""

    PRACTICE = "practice"
    FAILURE = "failure"
    QUESTION = "question"
    OFFER = "offer"
    TOOL = "tool"
    EVENT = "event"


class MemberKind(StrEnum):
    """Practitioners are never anonymous; people with lived experience may use a pseudonym."""

    PRACTITIONER = "practitioner"
    LIVED_EXPERIENCE = "lived_experience"


class Side(StrEnum):
    """Which side of the field an organisation is on."""

    SYSTEM = "system"
    COMMUNITY = "community"
    CITIZEN = "citizen"
    KNOWLEDGE = "knowledge"


class Wish(StrEnum):
    """The parts a member wants to play."""

    PEER = "peer"
    GUIDE = "guide"
    BE_GUIDED = "be_guided"
    BRIDGE = "bridge"


class Purpose(StrEnum):
    """What a member may consent to."""

    MATCHING = "matching"
    CROSS_LINE = "cross_line"
    MAIL = "mail"


class Flag(StrEnum):
    """What may stand beside a stage."""

    STUCK = "stuck"
    STOPPED = "stopped"


class ReportReason(StrEnum):
    """Why something should not be there."""

    PERSONAL_DATA = "personal_data"
    HURTFUL = "hurtful"
    UNTRUE = "untrue"
    ADVERTISING = "advertising"
    RIGHTS = "rights"
    OTHER = "other"


STAGE_LABELS: Mapping[int, Label] = MappingProxyType(
    {
        int(code): label
        for code, label in _labels("""
1|Probleem verkennen|Exploring the problem
2|Idee vormen|Forming the idea
3|Uitproberen|Trying it out
4|Draagvlak & bewijs|Making the case
5|Invoeren & borgen|Making it daily work
6|Verspreiden|Spreading
7|Systeem veranderen|Changing the system
""").items()
    }
)

REPORT_LABELS = _labels("""
personal_data|Er staan gegevens van iemand in|It holds somebody's personal data
hurtful|Het is kwetsend of onveilig|It is hurtful or unsafe
untrue|Het klopt niet|It is not true
advertising|Het is reclame|It is advertising
rights|De tekst of het beeld is van iemand anders|The text or picture belongs to somebody else
other|Iets anders|Something else
""")

KIND_LABELS = _labels("""
practice|Praktijkverhaal|Practice
failure|Dit ging mis|What went wrong
question|Vraag|Question
offer|Aanbod|Offer
tool|Hulpmiddel|Tool
event|Bijeenkomst|Event
""")

THEMES = _labels("""
addiction|Verslaving|Addiction
ageing|Ouder worden|Ageing
agriculture|Landbouw en voedsel|Farming and food
arts|Kunst, cultuur en ontspanning|Arts, culture and leisure
business|Ondernemen|Business
debt|Schulden en armoede|Debt and poverty
dementia|Dementie|Dementia
digital_inclusion|Digitaal meedoen|Digital inclusion
disability|Leven met een beperking|Living with a disability
economics|Economie|Economics
education|Onderwijs|Education
energy|Energie|Energy
environment|Milieu|Environment
governance|Bestuur en politiek|Governance and politics
health|Gezondheid|Health
housing|Wonen|Housing
human|Mensenrechten|Human rights
identity|Identiteit en diversiteit|Identity and diversity
immigration|Migratie|Migration
informal_care|Mantelzorg|Informal care
international|Internationaal|International affairs
labor|Werk|Work
law|Recht en veiligheid|Law and justice
loneliness|Eenzaamheid|Loneliness
media|Media en informatie|Media and information
mental_health|Geestelijke gezondheid|Mental health
national|Nationale veiligheid|National security
neighbourhood|Buurt en wijk|Neighbourhood
palliative_care|Palliatieve zorg|Palliative care
participation|Meedoen en zeggenschap|Participation
planning|Ruimte en ontwikkeling|Planning and development
prevention|Preventie|Prevention
science|Wetenschap en techniek|Science and technology
social|Welzijn|Social welfare
transportation|Vervoer|Transport
youth_care|Jeugdhulp|Youth care
""")

POPULATIONS = _labels("""
appointed|Ambtenaren|Public servants
carers|Mantelzorgers|Informal carers
children|Kinderen|Children
dementia|Mensen met dementie|People with dementia
elderly|Ouderen|Older people
elected|Gekozen bestuurders|Elected officials
experts|Deskundigen|Experts
families|Gezinnen|Families
homeless|Dak- en thuislozen|Homeless people
immigrants|Migranten|Migrants
indigenous|Inheemse volken|Indigenous people
lgbt|Lhbti+-mensen|LGBT+ people
lowincome|Mensen met een laag inkomen|People with a low income
men|Mannen|Men
patients|Patiënten|Patients
people|Mensen met een beperking|People with disabilities
professionals|Beroepskrachten|Professionals
racialethnic|Etnische minderheden|Ethnic minorities
refugees|Vluchtelingen|Refugees
religious|Geloofsgemeenschappen|Faith communities
residents|Buurtbewoners|Residents
stakeholder|Belangenorganisaties|Interest groups
students|Studenten|Students
unemployed|Werkzoekenden|Jobseekers
volunteers|Vrijwilligers|Volunteers
women|Vrouwen|Women
youth|Jongeren|Young people
""")

CONSENT_TEXTS: Mapping[Purpose, Label] = {
    Purpose.MATCHING: Label(
        nl="mij voorstelt aan mensen met vergelijkbaar werk",
        en="suggests me to people with similar work",
    ),
    Purpose.CROSS_LINE: Label(
        nl="mij ook koppelt over de grens tussen beroep en eigen ervaring",
        en="also matches me across the line between profession and lived experience",
    ),
    Purpose.MAIL: Label(nl="mij mailt", en="mails me"),
}
"""What a member agrees that Kring does, as they read it. The ledger of consents keeps its hash."""
