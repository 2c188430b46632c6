"""Takes typed values out of a raw record, and says of each field what is wrong with it.

A raw record is JSON from anywhere: any field may be missing, null or of another type. Reading never
raises; whoever reads asks ``problems`` at the end and uses the values only when there are none.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from libs.kernel.vocabulary import POPULATIONS, STAGES, THEMES
from services.ingestion.domain import contact, language, normalise
from services.ingestion.domain.normalise import UnfitTextError

MOST_LINE = 200
MOST_TEXT = 20_000
MOST_CODES = 20
_MOST_FIELD_NAME = 64

_COUNTRY = re.compile(r"[A-Za-z]{2}")

E = TypeVar("E", bound=StrEnum)


class Fields:
    """The fields of one raw record.

    ``lenient`` is for records of other programmes: a code that Kring does not know is left out,
    with a warning, instead of refusing the record.
    """

    def __init__(self, raw: Mapping[str, object], *, path: str = "", lenient: bool = False) -> None:
        """Take the record; ``path`` stands before the names of its fields in problems."""
        self._raw = raw
        self._path = path
        self._taken: set[str] = set()
        self._ignored_inside: tuple[str, ...] = ()
        self.lenient = lenient
        self.problems: dict[str, str] = {}
        self.warnings: dict[str, str] = {}

    def ignored(self) -> tuple[str, ...]:
        """Return the names of the fields that nobody asked for, fit to be shown."""
        names = sorted(name for name in self._raw if name not in self._taken)
        shown = (name.encode("ascii", "backslashreplace").decode() for name in names)
        return (
            *(self._path + name[:_MOST_FIELD_NAME] for name in shown),
            *self._ignored_inside,
        )

    def refuse(self, field: str, why: str) -> None:
        """Say what is wrong with a field; ``why`` ends the sentence "This field …"."""
        self.problems.setdefault(self._path + field, why)

    def warn(self, field: str, why: str) -> None:
        """Say what was changed about a field."""
        self.warnings.setdefault(self._path + field, why)

    def inner(self, field: str, raw: Mapping[str, object]) -> "Fields":
        """Return the fields of a nested record; ``include`` brings its problems back."""
        return Fields(raw, path=f"{self._path}{field}.", lenient=self.lenient)

    def include(self, inner: "Fields") -> None:
        """Take over what was found in a nested record."""
        self.problems.update(inner.problems)
        self.warnings.update(inner.warnings)
        self._ignored_inside += inner.ignored()

    def line(self, field: str, *, most: int = MOST_LINE, required: bool = False) -> str:
        """Return a text of one line."""
        return self._formed(field, normalise.line, most=most, required=required)

    def name(self, field: str, *, required: bool = False) -> str:
        """Return the name of a person or an organisation."""
        return self._formed(field, normalise.name, most=MOST_LINE, required=required)

    def email(self, field: str) -> str:
        """Return a mail address in lower case."""
        return self._formed(field, contact.email, most=254)

    def phone(self, field: str) -> str:
        """Return a telephone number."""
        return self._formed(field, contact.phone, most=30)

    def url(self, field: str) -> str:
        """Return a web address."""
        return self._formed(field, contact.url, most=contact.MOST_URL)

    def text(self, field: str, *, most: int = MOST_TEXT) -> str:
        """Return a text of several lines; invisible characters are dropped with a warning."""

        def tidy(value: str) -> str:
            kept, dropped = normalise.text(value)
            if dropped:
                self.warn(field, "held invisible control characters, which were left out")
            return kept

        return self._formed(field, tidy, most=most)

    def language(self, field: str) -> str:
        """Return a language tag, empty when none is declared."""
        return self._formed(field, lambda value: language.tag(value) if value else "", most=20)

    def country(self, field: str) -> str:
        """Return the two letters of a country in upper case."""
        code = self.line(field)
        if not code or _COUNTRY.fullmatch(code):
            return code.upper()
        if self.lenient:
            self.warn(field, "is no country that Kring knows, left out")
        else:
            self.refuse(field, "must be a country code of two letters (ISO 3166-1)")
        return ""

    def code(self, field: str, codes: type[E], default: E) -> E:
        """Return one word of a closed list."""
        return self.optional_code(field, codes) or default

    def optional_code(self, field: str, codes: type[E]) -> E | None:
        """Return one word of a closed list, None when none is given."""
        value = self._string(field)
        if value and value not in set(codes):
            self.refuse(field, f"must be one of {', '.join(codes)}")
            return None
        return codes(value) if value else None

    def codes(self, field: str, codes: type[E], default: tuple[E, ...] = ()) -> tuple[E, ...]:
        """Return words of a closed list, each once."""
        if self._value(field) is None:
            return default
        return tuple(codes(word) for word in self._words(field, set(codes)))

    def themes(self, field: str) -> tuple[str, ...]:
        """Return codes of themes."""
        return self._words(field, THEMES)

    def populations(self, field: str) -> tuple[str, ...]:
        """Return codes of population groups."""
        return self._words(field, POPULATIONS)

    def stage(self, field: str) -> int:
        """Return a stage, 0 when none is declared."""
        return self.number(field, least=STAGES.start, most=STAGES.stop - 1)

    def number(self, field: str, *, least: int, most: int, default: int = 0) -> int:
        """Return a whole number, ``default`` for none; 0 is none too where it is not allowed."""
        value = self._value(field)
        if value is None or (value == 0 and least > 0 and not isinstance(value, bool)):
            return default
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(field, f"must be a whole number from {least} to {most}")
            return default
        return value

    def moment(self, field: str) -> datetime | None:
        """Return a time in UTC; a date is its midnight, a time without a zone is refused."""
        value = self._string(field)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
            if len(value) == len("2026-01-31"):
                moment = moment.replace(tzinfo=UTC)
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self.refuse(field, "must be a date such as 2026-01-31, or a time with its zone")
        return None

    def languages(self, field: str) -> tuple[str, ...]:
        """Return language tags, each once."""
        return self._each(field, language.tag)

    def references(self, field: str) -> tuple[str, ...]:
        """Return ids of other things as they were given, each once."""
        return self._each(field, normalise.line)

    def record(self, field: str) -> Mapping[str, object]:
        """Return a nested record, empty when there is none."""
        value = self._value(field)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.refuse(field, "must be an object")
            return {}
        return value

    def records(self, field: str, *, most: int) -> list[Mapping[str, object]]:
        """Return nested records."""
        found = self._list(field, most=most)
        if all(isinstance(item, Mapping) for item in found):
            return [item for item in found if isinstance(item, Mapping)]
        self.refuse(field, "must be a list of objects")
        return []

    def pass_over(self, *names: str) -> None:
        """Take fields that were read elsewhere, or that need no reading."""
        self._taken.update(names)

    def has(self, field: str) -> bool:
        """Tell whether the record says anything about a field."""
        return field in self._raw

    def _formed(
        self, field: str, form: Callable[[str], str], *, most: int, required: bool = False
    ) -> str:
        try:
            value = form(self._string(field, most=most))
        except UnfitTextError as error:
            self.refuse(field, str(error))
            return ""
        if len(value) > most:
            self.refuse(field, f"must be at most {most} characters")
        if required and not value:
            self.refuse(field, "must not be empty")
        return value

    def _each(self, field: str, form: Callable[[str], str]) -> tuple[str, ...]:
        try:
            formed = [form(word) for word in self._strings(field)]
        except UnfitTextError as error:
            self.refuse(field, str(error))
            return ()
        return tuple(dict.fromkeys(word for word in formed if word))

    def _words(self, field: str, known: Collection[str]) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(word.strip() for word in self._strings(field)))
        unknown = [word for word in words if word not in known]
        if unknown and self.lenient:
            self.warn(field, f"held {len(unknown)} codes that Kring does not know, left out")
        elif unknown:
            self.refuse(field, f"must hold only these codes: {', '.join(sorted(known))}")
        return tuple(word for word in words if word in known)

    def _strings(self, field: str) -> list[str]:
        found = self._list(field, most=MOST_CODES)
        strings = [item for item in found if isinstance(item, str)]
        if len(strings) != len(found) or any(len(word) > MOST_LINE for word in strings):
            self.refuse(field, "must be a list of short texts")
            return []
        return strings

    def _list(self, field: str, *, most: int) -> list[object]:
        value = self._value(field)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.refuse(field, "must be a list")
            return []
        if len(value) > most:
            self.refuse(field, f"must hold at most {most} items")
            return []
        return list(value)

    def _string(self, field: str, *, most: int = MOST_LINE) -> str:
        value = self._value(field)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refuse(field, "must be a text")
            return ""
        if len(value) > 4 * most:  # beyond what trimming could mend: not worth normalising
            self.refuse(field, f"must be at most {most} characters")
            return ""
        return value

    def _value(self, field: str) -> object:
        self._taken.add(field)
        return self._raw.get(field)
