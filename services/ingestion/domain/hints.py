"""Personal data that slipped into a story: found by form alone. Names are not found; say so."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class PersonalData(StrEnum):
    """What a text seems to hold."""

    EMAIL = "email"
    PHONE = "phone"
    BSN = "bsn"
    IBAN = "iban"


@dataclass(frozen=True, slots=True)
class Hint:
    """A kind of personal data in a field; the data itself is never repeated."""

    field: str
    kind: PersonalData


_BSN_DIGITS = 9
_IBAN_LEAST = 15

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"(?<![\d+])(?:\+|00)?\d(?:[ ().-]{0,2}\d){8,13}(?!\d)", re.ASCII)
_BSN = re.compile(
    r"(?<!\d)\d{3}[ .]?\d{3}[ .]?\d{3}(?!\d)|(?<!\d)\d{4}[.]\d{2}[.]\d{3}(?!\d)", re.ASCII
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")


def find(texts: dict[str, str]) -> tuple[Hint, ...]:
    """Return what seems personal in each field, once per field and kind."""
    return tuple(
        Hint(field, kind)
        for field, text in texts.items()
        for kind in PersonalData
        if _FINDERS[kind](text)
    )


def is_bsn(digits: str) -> bool:
    """Tell whether nine digits pass the eleven test of the Dutch citizen service number."""
    if len(digits) != _BSN_DIGITS or not digits.isascii() or not digits.isdigit():
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True))
    return total % 11 == 0 and int(digits) > 0


def is_iban(text: str) -> bool:
    """Tell whether a text passes the check of ISO 13616 (the number modulo 97 is 1)."""
    compact = text.replace(" ", "")
    if len(compact) < _IBAN_LEAST or not compact.isascii() or not compact.isalnum():
        return False
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(mark, 36)) for mark in moved)) % 97 == 1


def _has_phone(text: str) -> bool:
    found = (match.group() for match in _PHONE.finditer(text))
    return any(number.startswith(("+", "0")) for number in found)


def _has_bsn(text: str) -> bool:
    return any(is_bsn(re.sub(r"\D", "", match.group())) for match in _BSN.finditer(text))


_FINDERS: dict[PersonalData, Callable[[str], bool]] = {
    PersonalData.EMAIL: lambda text: _EMAIL.search(text) is not None,
    PersonalData.PHONE: _has_phone,
    PersonalData.BSN: _has_bsn,
    PersonalData.IBAN: lambda text: any(is_iban(m.group()) for m in _IBAN.finditer(text)),
}
