"""An invented network of any size, the same each time for the same start value.

Assumptions, none of them measured: one programme per 400 members; six members in ten write Dutch,
the others English; themes, and the stories a member tells, are unequal as in Zipf's law; five
members share an organisation; a member works on one to three initiatives; seven ties in ten stay
within a programme, and ties join people who share a theme; 85 % of everything is for the whole
network, 12 % for the programme, 3 % private.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import orjson

from libs.kernel.vocabulary import POPULATIONS, THEMES
from libs.runtime.bench import phrases

MEMBERS_PER_PROGRAMME = 400
DUTCH_SHARE = 0.6
TIES_PER_MEMBER = 4
SAME_PROGRAMME_SHARE = 0.7
_VISIBILITIES = ("network", "programme", "private")
_VISIBILITY_SHARES = (85, 12, 3)
_SIDES = ("system", "community", "citizen", "knowledge")
_SECTORS = ("care", "social", "community")
_STORY_SENTENCES = 6

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How much to invent."""

    members: int
    stories: int

    @property
    def programmes(self) -> int:
        """Return how many programmes these members form."""
        return max(1, self.members // MEMBERS_PER_PROGRAMME)


class Network:
    """Invents records of each kind, in the form that ``kring import`` reads."""

    def __init__(self, size: Size, seed: int) -> None:
        """Take how much, and the start value of chance."""
        self._size = size
        self._seed = seed
        self._themes = list(THEMES)
        self._populations = list(POPULATIONS)
        chance = self._chance("order")
        chance.shuffle(self._themes)
        self._theme_weights = list(accumulate(_zipf(len(self._themes))))

    def programmes(self) -> Iterator[Record]:
        """Yield the programmes."""
        for number in range(self._size.programmes):
            yield {
                "id": f"p-{number}",
                "name": f"Programme {number}",
                "description": "An invented programme.",
                "sector": _SECTORS[number % len(_SECTORS)],
                "languages": list(phrases.LANGUAGES),
            }

    def members(self) -> Iterator[Record]:
        """Yield the members with their initiatives."""
        for number in range(self._size.members):
            chance = self._chance("member", number)
            theme = self._theme(number)
            language = self._language(number)
            yield {
                "id": f"m-{number}",
                "programme": self._programme(number),
                "name": f"Member {number:06d}",
                "kind": "practitioner",
                "email": f"m{number}@m{number % 997}.example",
                "phone": f"+31 6 {number:08d}",
                "organisation": {
                    "name": f"Organisation {number // 5}",
                    "side": chance.choice(_SIDES),
                },
                "region": chance.choice(phrases.TOWNS),
                "country": "NL" if language == "nl" else "GB",
                "languages": [language],
                "role": "member",
                "wants": ["peer", "guide", "be_guided"],
                "visibility": self._visibility(chance),
                "consents": ["matching", "cross_line"],
                "initiatives": [
                    self._initiative(chance, language, theme, place)
                    for place in range(chance.choice((1, 1, 1, 2, 2, 3)))
                ],
            }

    def stories(self) -> Iterator[Record]:
        """Yield the stories, each with who can be asked about it."""
        tellers = list(accumulate(_zipf(self._size.members)))
        for number in range(self._size.stories):
            chance = self._chance("story", number)
            [teller] = chance.choices(range(self._size.members), cum_weights=tellers)
            language, theme = self._language(teller), self._theme(teller)
            parts = ("what", "struggle", "need", "offer", "result", "what")[:_STORY_SENTENCES]
            sentences = [_sentence(chance, language, part, theme) for part in parts]
            yield {
                "id": f"s-{number}",
                "programme": self._programme(teller),
                "title": f"{_title(chance, language)} {number}",
                "summary": sentences[0],
                "body": " ".join(sentences[1:]),
                "language": language,
                "themes": [theme],
                "populations": [chance.choice(self._populations)],
                "stage": chance.randint(1, 7),
                "contacts": [f"m-{teller}"],
                "visibility": self._visibility(chance),
                "country": "NL" if language == "nl" else "GB",
                "year": chance.randint(2018, 2026),
            }

    def ties(self) -> Iterator[Record]:
        """Yield pairs of members who have worked together, for evaluations."""
        by_theme: dict[str, list[int]] = {}
        for number in range(self._size.members):
            by_theme.setdefault(self._theme(number), []).append(number)
        for number in range(self._size.members):
            chance = self._chance("tie", number)
            alike = by_theme[self._theme(number)]
            near = [one for one in alike if self._programme(one) == self._programme(number)]
            others = {
                chance.choice(near if chance.random() < SAME_PROGRAMME_SHARE else alike)
                for _ in range(TIES_PER_MEMBER // 2)
            }
            for other in sorted(others - {number}):
                yield {"a": f"m-{number}", "b": f"m-{other}"}

    def write(self, folder: Path) -> dict[str, int]:
        """Write a file per kind; return how many records each has."""
        folder.mkdir(parents=True, exist_ok=True)
        kinds = {
            "programmes": self.programmes(),
            "members": self.members(),
            "stories": self.stories(),
            "ties": self.ties(),
        }
        counts = {kind: _write(folder / f"{kind}.jsonl", each) for kind, each in kinds.items()}
        text = (__doc__ or "").strip()
        (folder / "README.md").write_text(f"{text}\n\nStart value: {self._seed}.\n", "utf-8")
        return counts

    def _chance(self, *what: object) -> random.Random:
        """Return chance of its own for each thing, so that a larger network begins the same."""
        return random.Random(f"{self._seed} {what}")  # noqa: S311  # invention, no secret

    def _programme(self, member: int) -> str:
        return f"p-{member % self._size.programmes}"

    def _theme(self, member: int) -> str:
        [theme] = self._chance("theme", member).choices(
            self._themes, cum_weights=self._theme_weights
        )
        return theme

    def _language(self, member: int) -> str:
        return "nl" if self._chance("language", member).random() < DUTCH_SHARE else "en"

    @staticmethod
    def _visibility(chance: random.Random) -> str:
        [visibility] = chance.choices(_VISIBILITIES, _VISIBILITY_SHARES)
        return visibility

    def _initiative(self, chance: random.Random, language: str, theme: str, place: int) -> Record:
        return {
            "id": f"work-{place}",
            "title": _title(chance, language),
            "language": language,
            **{
                part: _sentence(chance, language, part, theme)
                for part in ("what", "struggle", "need", "offer")
            },
            "themes": [theme],
            "populations": [chance.choice(self._populations)],
            "stage": chance.randint(1, 7),
            "updated": f"2026-{chance.randint(1, 11):02d}-{chance.randint(1, 20):02d}",
        }


def _zipf(amount: int) -> list[float]:
    return [1.0 / rank for rank in range(1, amount + 1)]


def _sentence(chance: random.Random, language: str, part: str, theme: str) -> str:
    return chance.choice(phrases.SENTENCES[language][part]).format(
        amount=chance.randint(2, 40),
        deed=chance.choice(phrases.DEEDS[language]),
        hour=chance.choice(phrases.HOURS[language]),
        need=chance.choice(phrases.NEEDS[language]),
        offer=chance.choice(phrases.OFFERS[language]),
        people=chance.choice(list(POPULATIONS.values())).text(language).lower(),
        place=chance.choice(phrases.PLACES[language]),
        result=chance.choice(phrases.RESULTS[language]),
        snag=chance.choice(phrases.SNAGS[language]),
        theme=THEMES[theme].text(language).lower(),
        town=chance.choice(phrases.TOWNS),
    )


def _title(chance: random.Random, language: str) -> str:
    deed, town = chance.choice(phrases.DEEDS[language]), chance.choice(phrases.TOWNS)
    return f"{deed[:1].upper()}{deed[1:]} in {town}"


def _write(path: Path, records: Iterator[Record]) -> int:
    amount = 0
    with path.open("wb") as file:
        for record in records:
            file.write(orjson.dumps(record) + b"\n")
            amount += 1
    return amount
