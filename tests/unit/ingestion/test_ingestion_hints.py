"""Personal data in a story is pointed out by form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.domain.hints import Hint, PersonalData, find, is_bsn, is_iban


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mail anna.devries@zorggroep.example voor meer.", PersonalData.EMAIL),
        ("Bel 06-12345678 of kom langs.", PersonalData.PHONE),
        ("Bel +31 (0)30 123 45 67.", PersonalData.PHONE),
        ("Zijn nummer is 111222333.", PersonalData.BSN),
        ("Zijn nummer is 1112.22.333.", PersonalData.BSN),
        ("Stort op NL91 ABNA 0417 1643 00 voor 1 mei.", PersonalData.IBAN),
    ],
)
def test_personal_data_is_seen_and_not_repeated(text: str, kind: PersonalData) -> None:
    assert Hint("body", kind) in find({"title": "Niets", "body": text})


@pytest.mark.parametrize(
    "text",
    [
        "In 2019 kwamen 1.250 mensen, van 9.30 tot 17.00 uur.",
        "Zaaknummer 123456789, bedrag 340 euro.",
        "Dossier 20190412001 en kamer NL91.",
        "@buurtkamer op dinsdag",
        "",
    ],
)
def test_ordinary_figures_are_no_personal_data(text: str) -> None:
    assert find({"body": text}) == ()


@given(st.integers(0, 99_999_999))
def test_each_wrong_last_digit_fails_the_eleven_test(stem: int) -> None:
    passing = [digit for digit in range(10) if is_bsn(f"{stem:08d}{digit}")]
    assert len(passing) <= 1


@pytest.mark.parametrize(
    "digits", ["", "12345678", "1112223334", "a11222333", "000000000", "１１１２２２３３３"]
)
def test_what_has_no_nine_digits_is_no_bsn(digits: str) -> None:
    assert not is_bsn(digits)


@pytest.mark.parametrize(
    "text", ["NL91ABNA0417164301", "NL91", "NL91ABNA041716430é", "NL91-ABNA-0417-1643-00"]
)
def test_a_wrong_iban_is_none(text: str) -> None:
    assert not is_iban(text)


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text: str) -> None:
    assert len(find({"body": text})) <= len(PersonalData)
