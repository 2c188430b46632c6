"""Mail, telephone and web addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.domain import contact
from services.ingestion.domain.normalise import UnfitTextError


@pytest.mark.parametrize(
    ("given_as", "kept_as"),
    [
        ("Anna.DeVries@Zorggroep.Example", "anna.devries@zorggroep.example"),
        ("a+kring@b.example", "a+kring@b.example"),
        ("info@bücher.example", "info@xn--bcher-kva.example"),
        (" anna@b.example ", "anna@b.example"),
        ("", ""),
    ],
)
def test_a_mail_address_gets_one_form(given_as: str, kept_as: str) -> None:
    assert contact.email(given_as) == kept_as


@pytest.mark.parametrize(
    "value",
    [
        "a@b.example\r\nBcc: x@y.example",
        "a@b.example\nx",
        "Anna <a@b.example>",
        "a@b.example, c@d.example",
        '"a b"@c.example',
        "a@" + "b" * 250 + ".example",
        "jürgen@b.example",
        "a@127.0.0.1",
        "a@",
        "geen adres",
        "a@b\u202e.example",
    ],
)
def test_what_is_no_mail_address_is_refused(value: str) -> None:
    with pytest.raises(UnfitTextError):
        contact.email(value)


@pytest.mark.parametrize("value", ["+31 6 0000 0011", "06-12345678", "(030) 123 45 67x", "112", ""])
def test_a_telephone_number_is_kept_as_written_or_refused(value: str) -> None:
    if value in {"+31 6 0000 0011", "06-12345678", ""}:
        assert contact.phone(value) == value
    else:
        with pytest.raises(UnfitTextError):
            contact.phone(value)


def test_a_telephone_number_in_full_width_digits_is_refused() -> None:
    with pytest.raises(UnfitTextError):
        contact.phone("０６１２３４５６７８")


@pytest.mark.parametrize(
    "value", ["https://kring.example/a?b=c#d", "http://xn--bcher-kva.example:8080/", ""]
)
def test_a_web_address_is_kept(value: str) -> None:
    assert contact.url(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://a.example",
        "//a.example",
        "https://",
        "http://a@b.example/",
        "http://a.example:99999/",
        "http://a.example:0/",
        "http://[::1/",
        'https://a.example/"onload=',
        "https://a.example/<svg>",
        "https://a.example/a b",
        "https://a.example/\\@b",
        "https://a.example/\r\nx",
        "https://a.example/" + "x" * 2000,
    ],
)
def test_what_is_no_plain_web_address_is_refused(value: str) -> None:
    with pytest.raises(UnfitTextError):
        contact.url(value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_refused(value: str) -> None:
    for read in (contact.email, contact.phone, contact.url):
        try:
            kept = read(value)
        except UnfitTextError:
            continue
        assert read(kept) == kept
        assert "\r" not in kept
        assert "\n" not in kept
