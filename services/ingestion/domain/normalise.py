"""One form for every text that enters: NFC, no invisible tricks, and lengths in code points."""

import re
import unicodedata

MOST_MARKS = 6
"""Combining marks in a row: more than any living script needs (Unicode TR36, section 3)."""

_BREAKS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but for line feed and tab, and what turns the direction of text."""
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK")


class UnfitTextError(ValueError):
    """A text that cannot be taken over; the message ends the sentence "This field …"."""


def text(value: str) -> tuple[str, bool]:
    """Return a text of several lines in its one form, and whether hidden characters were dropped.

    Raises ``UnfitTextError`` for NUL and for halves of surrogate pairs, which no database keeps.
    """
    _check_storable(value)
    lines = _BREAKS.sub("\n", unicodedata.normalize("NFC", value))
    kept = _HIDDEN.sub("", lines)
    tidy = "\n".join(_SPACES.sub(" ", line).strip() for line in kept.split("\n"))
    return _BLANK_LINES.sub("\n\n", tidy).strip(), kept != lines


def line(value: str) -> str:
    """Return a text of one line in its one form.

    Raises ``UnfitTextError`` for line breaks, control and bidirectional characters: in a title or a
    name they only ever deceive.
    """
    _check_storable(value)
    trimmed = unicodedata.normalize("NFC", value).strip()
    if _BREAKS.search(trimmed) or "\n" in trimmed:
        raise UnfitTextError("must be on one line")
    if _HIDDEN.search(trimmed):
        raise UnfitTextError("must not hold control or text direction characters")
    if _longest_run_of_marks(trimmed) > MOST_MARKS:
        raise UnfitTextError("must not pile up accents")
    return _SPACES.sub(" ", trimmed)


def name(value: str) -> str:
    """Return the name of a person or an organisation in its one form.

    A name holds a letter or a digit and no word of mixed alphabets; everything else is people's own
    business: 't Hooft, van der Berg, O'Neill, Ñ, one letter, no surname.
    """
    tidy = line(value)
    if tidy and not any(unicodedata.category(mark)[0] in "LN" for mark in tidy):
        raise UnfitTextError("must hold a letter or a digit")
    if any(len(_alphabets(word)) > 1 for word in tidy.split()):
        raise UnfitTextError("must not mix alphabets within a word")
    return tidy


def _check_storable(value: str) -> None:
    if "\0" in value:
        raise UnfitTextError("must not hold the character NUL")
    if _SURROGATES.search(value):
        raise UnfitTextError("must be well-formed Unicode")


def _longest_run_of_marks(value: str) -> int:
    longest = run = 0
    for mark in value:
        run = run + 1 if unicodedata.combining(mark) else 0
        longest = max(longest, run)
    return longest


def _alphabets(word: str) -> set[str]:
    names = (unicodedata.name(mark, "") for mark in word if mark.isalpha())
    return {first for first in (full.partition(" ")[0] for full in names) if first in _ALPHABETS}
