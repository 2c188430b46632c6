"""What the page of an export says: kinds of things, their fields and their values, in two languages."""
# ruff: noqa: E501  # a table reads best with one phrase a line

from collections.abc import Mapping

from libs.kernel.vocabulary import (
    KIND_LABELS,
    POPULATIONS,
    REPORT_LABELS,
    STAGE_LABELS,
    THEMES,
    Label,
)

_KINDS = """
profile|Je profiel|Your profile
initiatives|Je werk|Your work
stories|Je verhalen|Your stories
contact_of|Verhalen van anderen waarbij jij te bereiken bent|Stories of others that name you as a contact
rulings|Wat over je verhalen is besloten|What was decided about your stories
reports|Wat je meldde|What you reported
consents|Waar je toestemming voor gaf of introk|What you agreed to or took back
preferences|Waar je over hoort|What you are told about
introductions|Introducties|Introductions
recommendations|Wie Kring je nu voorstelt|Whom Kring suggests to you now
shown_to_you|Wie je te zien kreeg|Who was shown to you
shown_to_others|Wanneer jij aan iemand werd getoond|When you were shown to somebody
notifications|Meldingen|Notifications
mails|Mails aan jou|Mails to you
blocked|Wie je blokkeerde|Whom you blocked
kept_apart|Met wie Kring je niet in contact brengt|With whom Kring does not bring you together
pauses|Je pauze|Your pause
found_as|Hoe anderen je vinden|How others find you
found_stories|Verhalen waarmee anderen bij jou uitkomen|Stories that lead others to you
sessions|Waar je bent ingelogd|Where you are signed in
sign_in_links|Links om in te loggen|Links to sign in
deeds|Wat door jou of met jouw gegevens is gedaan|What was done by you or with your data
"""

_FIELDS = """
action|Wat|What
appeal|Je vraag om er opnieuw naar te kijken|Your request to look again
answered_at|Beantwoord|Answered
asked_at|Gevraagd|Asked
at|Wanneer|When
attempts|Pogingen|Attempts
body|Het verhaal|The story
by|Door|By
capacity|Introducties per maand|Introductions a month
consents|Toestemming voor|Agreed to
context|Waardoor lukte het juist daar?|What made it work there?
country|Land|Country
display_name|Naam|Name
email|Mailadres|Mail address
evidence|Onderbouwing|Evidence
explanation|Toelichting|Explanation
expires_at|Loopt af|Ends
flag|Loopt het?|Does it move?
for_whom|Voor wie?|For whom?
id|Nummer|Number
is_given|Gegeven|Given
is_settled|Erover beslist|Decided
kind|Soort|Kind
language|Taal|Language
languages|Talen|Languages
mail|Per mail|By mail
member_id|Nummer van een deelnemer|Number of a member
message|Bericht|Message
name|Naam|Name
need|Wat is er nodig?|What is needed?
offer|Wat kun je anderen uitleggen?|What can you explain to others?
organisation|Organisatie|Organisation
other_contacts|Anderen die te bereiken zijn|Others who can be reached
outcome|Uitkomst|Outcome
page|Op de pagina|On the page
part|Waarom jullie|Why you two
people|Wie|Who
phone|Telefoon|Telephone
populations|Doelgroepen|Population groups
programme|Programma|Programme
pseudonym|Schuilnaam|Pseudonym
published_at|Gedeeld|Shared
purpose|Waarvoor|For what
read_at|Gelezen|Read
reason|Reden|Reason
region|Regio|Region
report_reason|Reden|Reason
role|Rol|Role
score|Hoe goed het past, van 0 tot 1|How well it fits, from 0 to 1
sender_id|Nummer bij wie het aanleverde|Number with whoever sent it
side|Kant|Side
snoozed_until|Even niet, tot|Not now, until
stage|Fase|Stage
state|Stand|State
story_id|Nummer van het verhaal|Number of the story
struggle|Wat schuurt er?|What chafes?
summary|In het kort|In short
text|Tekst|Text
text_sha256|Vingerafdruk van de tekst|Fingerprint of the words
themes|Thema’s|Themes
title|Titel|Title
until|Tot|Until
updated_at|Bijgewerkt|Updated
url|Webadres|Web address
used_at|Gebruikt|Used
vectors|Reeksen getallen die ervan zijn gemaakt om mee te zoeken|Rows of numbers made of it to search by
visibility|Wie mag het zien?|Who may see it?
wants|Wil graag|Would like
what|Wat|What
words|Woorden|Words
year|Jaar|Year
"""

_VALUES = """
true|ja|yes
false|nee|no
self|jijzelf|yourself
somebody_else|iemand anders|somebody else
member|deelnemer|member
ambassador|ambassadeur|ambassador
coordinator|coördinator|coordinator
operator|beheerder|operator
practitioner|professional of vrijwilliger|practitioner
lived_experience|ervaringsdeskundige|person with lived experience
system|systeem|system
community|gemeenschap|community
citizen|inwoners|citizens
knowledge|kennis|knowledge
peer|iemand met hetzelfde vraagstuk|somebody with the same question
guide|iemand verder helpen|guide somebody
be_guided|geholpen worden|be guided
bridge|over een grens heen|across a border
complement|vult elkaar aan|you complete each other
matching|voorstellen aan mensen met vergelijkbaar werk|suggesting to people with similar work
cross_line|ook over de grens tussen beroep en eigen ervaring|also across profession and lived experience
mail|mailen|mailing
network|iedereen in Kring|everybody in Kring
programme|iedereen in je programma|everybody in your programme
private|alleen jij en de coördinator|only you and the coordinator
stuck|zit vast|is stuck
stopped|gestopt|stopped
asked|gevraagd|asked
introduced|kennisgemaakt|introduced
closed|afgesloten|closed
expired|verlopen|lapsed
recommendation|nieuwe mensen|new people
introduction_asked|vraag om kennis te maken|request to meet
moderation|besluit over je verhaal|decision about your story
reported|gemeld|reported
dismissed|blijft staan|left as it is
hidden|verborgen|hidden
appealed|verborgen; je vroeg om er opnieuw naar te kijken|hidden; you asked to look again
upheld|blijft verborgen|stays hidden
restored|weer te vinden|can be found again
pending|wacht|waits
claimed|wordt verstuurd|is being sent
sent|verstuurd|sent
unknown|niet bekend of het aankwam|not known whether it arrived
failed|mislukt|failed
suppressed|niet verstuurd|not sent
nl|Nederlands|Dutch
en|Engels|English
"""

_ROLES = """
asker|jij vroeg het|you asked
asked|jij werd gevraagd|you were asked
"""

_ACTIONS = """
POST /v1/members|Toegevoegd aan een programma|Brought into a programme
GET /v1/members|De lijst van deelnemers gelezen|The list of members read
GET /v1/members/{id}|Profiel gelezen|Profile read
PATCH /v1/members/{id}|Profiel gewijzigd|Profile changed
DELETE /v1/members/{id}|Gewist|Erased
GET /v1/members/{id}/consents|Toestemmingen gelezen|Consents read
GET /v1/members/{id}/export|Alles over je opgehaald|Everything about you fetched
PUT /v1/members/{id}/blocks/{id}|Iemand geblokkeerd|Somebody blocked
DELETE /v1/members/{id}/blocks/{id}|Een blokkade opgeheven|A block taken back
POST /v1/members/{id}/initiatives|Werk toegevoegd|Work added
PATCH /v1/members/{id}/initiatives/{id}|Werk gewijzigd|Work changed
DELETE /v1/members/{id}/initiatives/{id}|Werk verwijderd|Work removed
GET /preferences/export|Alles over jezelf opgehaald|Everything about yourself fetched
POST /preferences/profile|Toestemming of taal gewijzigd|Consents or language changed
POST /preferences/erase|Gewist|Erased
"""


def _labels(rows: str) -> dict[str, Label]:
    parsed = (line.split("|") for line in rows.strip().splitlines())
    return {code: Label(nl=nl, en=en) for code, nl, en in parsed}


KINDS: Mapping[str, Label] = _labels(_KINDS)
"""In the order in which the page tells them."""
FIELDS: Mapping[str, Label] = _labels(_FIELDS)
_COMMON = _labels(_VALUES)
_OWN: Mapping[str, Mapping[str, Label]] = {
    "themes": THEMES,
    "populations": POPULATIONS,
    "action": _labels(_ACTIONS),
    "kind": KIND_LABELS,
    "report_reason": REPORT_LABELS,
    "role": _labels(_ROLES),
    "stage": {str(stage): label for stage, label in STAGE_LABELS.items()},
}
"""Values that mean something else in these fields than elsewhere."""
_AS_WRITTEN = frozenset(
    {"appeal", "body", "context", "country", "display_name", "email", "evidence", "explanation"}
    | {"for_whom", "id", "member_id", "message", "name", "need", "offer", "organisation", "phone"}
    | {"programme", "pseudonym", "reason", "region", "sender_id", "story_id", "struggle", "summary"}
    | {"text", "text_sha256", "title", "url", "what", "words"}
)
"""Fields that hold what people wrote, or a name: no word in them is a code."""


def kind_label(kind: str, language: str) -> str:
    """Return the heading of a kind; the kind itself where a newer service tells one more."""
    found = KINDS.get(kind)
    return found.text(language) if found else kind


def field_label(name: str, language: str) -> str:
    """Return the name of a field; as it came where a newer service tells one more."""
    found = FIELDS.get(name)
    return found.text(language) if found else name


def value_label(name: str, code: str, language: str) -> str:
    """Return what a code says in a field, or the text itself if it is none."""
    if name in _AS_WRITTEN:
        return code
    found = _OWN.get(name, {}).get(code) or _COMMON.get(code)
    return found.text(language) if found else code
