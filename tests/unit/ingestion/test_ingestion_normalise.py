"""Every text that enters gets one form, and tricks are seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.domain import normalise
from services.ingestion.domain.normalise import UnfitTextError


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_a_text_in_its_one_form_stays_as_it_is(value: str) -> None:
    once, _ = normalise.text(value)
    assert normalise.text(once) == (once, False)
    assert unicodedata.is_normalized("NFC", once)


@given(st.text())
def test_a_line_is_one_line_or_refused(value: str) -> None:
    try:
        tidy = normalise.line(value)
    except UnfitTextError:
        return
    assert "\n" not in tidy
    assert tidy == tidy.strip()
    assert normalise.line(tidy) == tidy


@pytest.mark.parametrize(
    "name",
    [
        "'t Hooft",
        "Jan van der Berg",
        "Siobhán O'Neill",
        "Ñ",
        "A",
        "Fatma İnan",
        "Ng",
        "Sjoerd-Jan de Vries-Postma",
        "d'Ancona",
        "Иван Петров",
        "山田 太郎",
        "FabLab 013",
        "Björk Guðmundsdóttir",
        "Stichting 👨‍👩‍👧 Samen",
    ],
)
def test_a_name_that_people_have_is_accepted(name: str) -> None:
    assert normalise.name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Anna\u202egnp.exe", "direction"),
        ("Anna\u2066x", "direction"),
        ("Anna\u0007", "control"),
        ("Anna\nBcc: x", "one line"),
        ("Anna\u2028x", "one line"),
        ("\u200d\u200d", "letter or a digit"),
        ("!?…", "letter or a digit"),
        ("\u0430dmin", "alphabets"),
        ("Anna" + "\u0301" * 8, "accents"),
        ("Anna\0", "NUL"),
        ("Anna\ud800", "Unicode"),
    ],
)
def test_a_name_that_deceives_is_refused(name: str, why: str) -> None:
    with pytest.raises(UnfitTextError, match=why):
        normalise.name(name)


def test_a_name_of_spaces_only_is_empty() -> None:
    assert normalise.name(" \u2003\u00a0 ") == ""


def test_the_same_name_composed_or_not_is_the_same() -> None:
    assert normalise.name("Rene\u0301 ") == normalise.name("Ren\u00e9")


def test_a_text_loses_what_nobody_can_see_and_says_so() -> None:
    assert normalise.text("een\u202e twee\u0083\r\n\r\n\r\n\r\ndrie  vier\t") == (
        "een twee\n\ndrie vier",
        True,
    )


@pytest.mark.parametrize("value", ["a\0b", "a\udfffb"])
def test_a_text_no_database_keeps_is_refused(value: str) -> None:
    with pytest.raises(UnfitTextError):
        normalise.text(value)
