"""What people read, in Dutch and English. Subjects name nobody and nothing: mailboxes show them."""

import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from libs.kernel.vocabulary import REPORT_LABELS, Label
from services.notification.domain.preference import Kind

_MOST_NAME = 80
_MOST_SAID = 400

SUBJECTS: Mapping[Kind, Label] = MappingProxyType(
    {
        Kind.RECOMMENDATION: Label(
            nl="Nieuwe mensen voor jou op Kring", en="New people for you on Kring"
        ),
        Kind.INTRODUCTION_ASKED: Label(
            nl="Iemand wil graag met je kennismaken", en="Somebody would like to meet you"
        ),
        Kind.INTRODUCED: Label(
            nl="Jullie willen allebei kennismaken", en="You both would like to meet"
        ),
        Kind.MODERATION: Label(
            nl="Er is iets besloten over je verhaal", en="Something was decided about your story"
        ),
    }
)

_RULINGS: Mapping[str, Label] = MappingProxyType(
    {
        "hidden": Label(
            nl="Een coördinator heeft je verhaal verborgen: anderen vinden het niet meer.",
            en="A coordinator hid your story: others do not find it any more.",
        ),
        "upheld": Label(
            nl="Een andere coördinator keek opnieuw naar je verhaal. Het blijft verborgen.",
            en="Another coordinator looked at your story again. It stays hidden.",
        ),
        "restored": Label(nl="Je verhaal is weer te vinden.", en="Your story can be found again."),
    }
)
_REASON = Label(nl="Reden: {reason}.", en="Reason: {reason}.")
_EXPLAINED = Label(nl="De coördinator schrijft: “{words}”", en="The coordinator writes: “{words}”")

_SENTENCES: Mapping[Kind, Label] = MappingProxyType(
    {
        Kind.RECOMMENDATION: Label(
            nl="Nieuw voor jou: {names}. Kijk wat jullie aan elkaar kunnen hebben.",
            en="New for you: {names}. See what you could mean to each other.",
        ),
        Kind.INTRODUCTION_ASKED: Label(
            nl="{names} wil graag met je kennismaken.", en="{names} would like to meet you."
        ),
        Kind.INTRODUCED: Label(
            nl="{names} en jij willen allebei kennismaken. Jullie zien nu elkaars gegevens.",
            en="{names} and you both would like to meet. You can now see how to reach each other.",
        ),
    }
)

LINKS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.RECOMMENDATION: "/",
        Kind.INTRODUCTION_ASKED: "/introductions",
        Kind.INTRODUCED: "/introductions",
        Kind.MODERATION: "/moderation/own",
    }
)
"""The page where a member goes on from a notification."""

_AND = Label(nl="en", en="and")

KIND_NAMES: Mapping[Kind, Label] = MappingProxyType(
    {
        Kind.RECOMMENDATION: Label(nl="mails over nieuwe mensen", en="mails about new people"),
        Kind.INTRODUCTION_ASKED: Label(
            nl="mails over vragen om kennis te maken", en="mails about requests to meet"
        ),
        Kind.INTRODUCED: Label(nl="mails over kennismakingen", en="mails about introductions"),
        Kind.MODERATION: Label(
            nl="mails over besluiten over je verhalen", en="mails about decisions on your stories"
        ),
    }
)


def one_line(text: str, most: int = _MOST_NAME) -> str:
    """Return a text without line breaks, control or direction characters, cut at ``most``."""
    spaced = "".join(
        " " if character.isspace() or unicodedata.category(character) == "Cc" else character
        for character in text
        if unicodedata.category(character) not in {"Cf", "Cs", "Zl", "Zp"} or character.isspace()
    )
    words = " ".join(spaced.split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def together(names: Sequence[str], language: str) -> str:
    """Return names as people say them: A, B and C."""
    if len(names) < 2:  # noqa: PLR2004  # a list begins at two
        return "".join(names)
    return f"{', '.join(names[:-1])} {_AND.text(language)} {names[-1]}"


def ruling_words(outcome: str, reason: str, explanation: str) -> str:
    """Return what is kept of a ruling, in no language yet: ``ruling_text`` reads it."""
    return f"{outcome}|{reason}|{explanation}"


def ruling_text(words: str, language: str) -> str:
    """Return a ruling as its author reads it: what, why, and what the coordinator says."""
    outcome, reason, explanation = words.split("|", 2)
    parts = [_RULINGS[outcome].text(language)]
    if reason in REPORT_LABELS:
        parts.append(
            _REASON.text(language).replace("{reason}", REPORT_LABELS[reason].text(language).lower())
        )
    if explanation:
        said = one_line(explanation, _MOST_SAID)
        parts.append(_EXPLAINED.text(language).replace("{words}", said))
    return " ".join(parts)


def page_text(kind: Kind, names: Sequence[str], language: str) -> str:
    """Return the sentence by which the page tells of people."""
    clean = [one_line(name) for name in names]
    return _SENTENCES[kind].text(language).replace("{names}", together(clean, language))
