"""How results of a search are shown: marked words, and facets that narrow the same search."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

FACETS = ("kind", "theme", "population", "stage", "language")
_MOST_CHOICES = 8
_LEAST_LETTERS = 4
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, with the query that takes it, or that leaves it when it is chosen."""

    code: str
    count: int
    is_chosen: bool
    query: str


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet and its most frequent values."""

    field: str
    choices: tuple[Choice, ...]


Asked = Mapping[str, Sequence[str]]
"""The parameters of a search, as the page got them."""


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """Split a text into pieces, and tell of each whether it is a word that was asked for.

    Joined, the pieces are the text. Short words are not marked: they are everywhere.
    """
    wanted = {word for word in _WORD.findall(query.lower()) if len(word) >= _LEAST_LETTERS}
    pieces: list[tuple[str, bool]] = []
    end = 0
    for match in _WORD.finditer(text):
        if match.group().lower() in wanted:
            pieces += [(text[end : match.start()], False), (match.group(), True)]
            end = match.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]


def facets(asked: Asked, counts: Mapping[str, Mapping[str, int]]) -> list[Facet]:
    """Return the facets that narrow anything, or that are chosen now."""
    found: list[Facet] = []
    for field in FACETS:
        chosen = list(asked.get(field, ()))
        values = counts.get(field, {})
        order = sorted(values, key=lambda code: (-values[code], code))[:_MOST_CHOICES]
        codes = [*chosen, *(code for code in order if code not in chosen)]
        if chosen or len(codes) > 1:
            choices = tuple(_choice(asked, field, code, values.get(code, 0)) for code in codes)
            found.append(Facet(field, choices))
    return found


def query_string(asked: Asked) -> str:
    """Return the parameters as they stand in an address."""
    return urlencode([(name, value) for name, values in asked.items() for value in values])


def _choice(asked: Asked, field: str, code: str, count: int) -> Choice:
    chosen = list(asked.get(field, ()))
    is_chosen = code in chosen
    rest = [value for value in chosen if value != code] if is_chosen else [*chosen, code]
    return Choice(code, count, is_chosen, query_string({**asked, field: rest}))
