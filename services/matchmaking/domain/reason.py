"""Why somebody is recommended, in the reader's language, from facts that this reader may see."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libs.kernel.vocabulary import POPULATIONS, STAGE_LABELS, THEMES, Flag, Label
from services.matchmaking.domain.profile import Initiative, Profile
from services.matchmaking.domain.score import Terms
from services.matchmaking.domain.slate import Match

QUOTE_LENGTH = 200
STRUGGLE_SHARED = 0.85
"""From this percentile on the struggle is named as what two works have in common."""

_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-ZÀ-Þ0-9])|\n+")
_ABBREVIATION = re.compile(
    r"\b(?:[a-z]|bijv|bv|ca|dr|drs|mr|ir|prof|nr|incl|excl|vs|mrs|ms|st)\.$",
    re.IGNORECASE,
)
_LANGUAGES = {
    "nl": Label(nl="in het Nederlands", en="in Dutch"),
    "en": Label(nl="in het Engels", en="in English"),
}

_SIMILAR = Label(
    nl="{name} werkt aan iets dat lijkt op {own}{title}.",
    en="{name} works on something similar to {own}{title}.",
)
_STRUGGLES = Label(
    nl="{name} loopt tegen iets aan dat jij misschien herkent uit {own}.",
    en="{name} runs into something that you may know from {own}.",
)
_YOURS = Label(nl="jouw ‘{title}’", en="your ‘{title}’")
_YOUR_WORK = Label(nl="jouw werk", en="your work")
_QUOTED = Label(nl="In eigen woorden: “{quote}”", en="In their own words: “{quote}”")
_QUOTED_FOREIGN = Label(
    nl="In eigen woorden ({language}): “{quote}”", en="In their own words ({language}): “{quote}”"
)
_SAME_STAGE = Label(
    nl="Jullie zijn allebei in de fase ‘{other}’.", en="You are both at the stage ‘{other}’."
)
_NEAR_STAGE = Label(
    nl="Dat werk is in de fase ‘{other}’, het jouwe in ‘{own}’.",
    en="That work is at the stage ‘{other}’, yours at ‘{own}’.",
)
_BOTH_STUCK = Label(nl="Bij jullie allebei zit het even vast.", en="You are both stuck for now.")
_BOTH_STOPPED = Label(
    nl="Jullie zijn allebei gestopt, en daar valt van te leren.",
    en="You both stopped, and there is something to learn from that.",
)
_FOR_AND_ON = Label(
    nl="Jullie werken allebei voor {people}, rond {themes}.",
    en="You both work for {people}, on {themes}.",
)
_FOR = Label(nl="Jullie werken allebei voor {people}.", en="You both work for {people}.")
_ON = Label(nl="Jullie werken allebei rond {themes}.", en="You both work on {themes}.")
_AND = Label(nl="en", en="and")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a reason may speak of: nothing in it is hidden from the reader."""

    name: str
    """Display name of the other member."""
    own: Initiative
    other: Initiative
    terms: Terms


def reason(facts: Facts, language: str) -> str:
    """Return why the other is recommended as a peer, in Dutch or English."""
    sentences = [
        _opening(facts, language),
        _quotation(facts, language),
        _stages(facts, language),
        _flags(facts, language),
        _shared(facts, language),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def explain(reader: Profile, other: Profile, match: Match, language: str) -> str:
    """Return why a match is recommended; empty when either initiative is no longer there."""
    own = reader.initiative(match.own_initiative_id)
    theirs = other.initiative(match.initiative_id)
    if own is None or theirs is None:
        return ""
    return reason(Facts(other.display_name, own, theirs, match.terms), language)


def quote(text: str) -> str:
    """Return the first sentence of a text, cut between words at ``QUOTE_LENGTH`` characters."""
    sentence = ""
    for piece in _SENTENCE.split(text.strip()):
        sentence = f"{sentence} {piece.strip()}".strip()
        if sentence and not _ABBREVIATION.search(sentence):
            break
    sentence = " ".join(sentence.split())
    if len(sentence) <= QUOTE_LENGTH:
        return sentence
    head, _, _ = sentence[:QUOTE_LENGTH].rpartition(" ")
    return (head or sentence[: QUOTE_LENGTH - 1]).rstrip(" ,;:") + "…"


def _leads_by_struggle(facts: Facts) -> bool:
    return (
        facts.terms.struggle >= STRUGGLE_SHARED
        and facts.terms.struggle > facts.terms.what
        and bool(facts.other.texts.get("struggle"))
    )


def _opening(facts: Facts, language: str) -> str:
    own = facts.own.title.strip()
    yours = _YOURS.text(language).format(title=own) if own else _YOUR_WORK.text(language)
    title = facts.other.title.strip().rstrip(".")
    template = _STRUGGLES if _leads_by_struggle(facts) else _SIMILAR
    return template.text(language).format(
        name=facts.name, own=yours, title=f": ‘{title}’" if title else ""
    )


def _quotation(facts: Facts, language: str) -> str:
    text = facts.other.texts.get("struggle" if _leads_by_struggle(facts) else "what", "")
    words = quote(text)
    if not words:
        return ""
    spoken = facts.other.language.split("-", maxsplit=1)[0]
    if spoken in _LANGUAGES and spoken != language.split("-", maxsplit=1)[0]:
        named = _LANGUAGES[spoken].text(language)
        return _QUOTED_FOREIGN.text(language).format(language=named, quote=words)
    return _QUOTED.text(language).format(quote=words)


def _stages(facts: Facts, language: str) -> str:
    own, other = (STAGE_LABELS.get(one.stage) for one in (facts.own, facts.other))
    if own is None or other is None:
        return ""
    template = _SAME_STAGE if own == other else _NEAR_STAGE
    return template.text(language).format(own=own.text(language), other=other.text(language))


def _flags(facts: Facts, language: str) -> str:
    if facts.own.flag != facts.other.flag:
        return ""
    both = {Flag.STUCK.value: _BOTH_STUCK, Flag.STOPPED.value: _BOTH_STOPPED}
    label = both.get(facts.own.flag)
    return label.text(language) if label else ""


def _shared(facts: Facts, language: str) -> str:
    people = _names(facts.own.populations & facts.other.populations, POPULATIONS, language)
    themes = _names(facts.own.themes & facts.other.themes, THEMES, language)
    template = {(True, True): _FOR_AND_ON, (True, False): _FOR, (False, True): _ON}.get(
        (bool(people), bool(themes))
    )
    return template.text(language).format(people=people, themes=themes) if template else ""


def _names(codes: Iterable[str], labels: Mapping[str, Label], language: str) -> str:
    names = [_in_sentence(labels[code].text(language)) for code in sorted(codes) if code in labels]
    if len(names) < 2:  # noqa: PLR2004  # one name needs no "and"
        return "".join(names)
    return f"{', '.join(names[:-1])} {_AND.text(language)} {names[-1]}"


def _in_sentence(name: str) -> str:
    """Return a label as it stands inside a sentence; an abbreviation keeps its capitals."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
