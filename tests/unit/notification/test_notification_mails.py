"""Mails read as a mail program reads them: headers, both languages, what must not be in them."""

import re
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from harness.notification import World, text_of
from typing_extensions import override

from libs.kernel.vocabulary import POPULATIONS, THEMES
from services.notification.domain.wording import SUBJECTS

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
}


class Links(HTMLParser):
    """Collects every address a page would open or load, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attrs if name in {"href", "src", "action"}]


def told(world: World, kind: str, language: str, *, name: str = "Anna") -> EmailMessage:
    world.member("anna", languages=[language], display_name=name)
    world.member("bram", languages=[language])
    if kind == "recommendation":
        world.slate("anna", "bram")
    elif kind == "introduction_asked":
        world.introduction("i-1", "ASKED", asker_id="bram", asked_id="anna")
    else:
        world.introduction("i-1", "INTRODUCED", asker_id="bram", asked_id="anna")
    world.run()
    return next(mail for mail in world.mails() if "anna@example.org" in mail["To"])


KINDS = ["recommendation", "introduction_asked", "introduced"]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_has_its_headers_and_no_others(world: World, kind: str, language: str) -> None:
    mail = told(world, kind, language)
    assert set(mail.keys()) == HEADERS
    assert mail["From"] == "Kring <kring@kring.example>"
    assert re.fullmatch(r"<[0-9a-f-]{36}@kring\.example>", mail["Message-ID"])
    assert mail["Content-Language"] == language
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == world.clock.now()


@pytest.mark.parametrize("kind", KINDS)
def test_the_unsubscribe_headers_are_those_of_one_click(world: World, kind: str) -> None:
    mail = told(world, kind, "nl")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    target = urlsplit(mail["List-Unsubscribe"].strip("<>"))
    assert (target.scheme, target.netloc) == ("https", "kring.example")
    assert target.path == "/v1/preferences/unsubscribe"
    (token,) = parse_qs(target.query)["token"]
    assert "anna@" not in token


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_text_and_page_say_the_same(world: World, kind: str, language: str) -> None:
    mail = told(world, kind, language)
    text = text_of(mail)
    page = text_of(mail, "html")
    bare = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    greeting = {"nl": "Dag Anna,", "en": "Hello Anna,"}[language]
    for words in (greeting, "Bram"):
        assert words in text
        assert words in bare
    assert f'<html lang="{language}">' in page
    assert "{" not in text + page
    assert "\n\n\n" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_loads_nothing_and_links_to_kring_only(world: World, kind: str) -> None:
    mail = told(world, kind, "nl")
    links = Links()
    links.feed(text_of(mail, "html"))
    assert links.tags.isdisjoint({"img", "script", "link", "iframe", "style", "form"})
    assert len(links.found) == 3
    assert all(link.startswith("https://kring.example/") for link in links.found)


def test_the_dutch_and_the_english_mail_differ(world: World) -> None:
    dutch = text_of(told(world, "introduction_asked", "nl"))
    assert "Iemand wil graag met je kennismaken" in dutch
    assert "Somebody" not in dutch


def test_subjects_name_nobody_and_nothing_of_health() -> None:
    words = {
        word.lower()
        for labels in (THEMES, POPULATIONS)
        for label in labels.values()
        for name in (label.nl, label.en)
        for word in re.findall(r"\w{4,}", name)
    } - {"people", "mensen"}
    for subject in SUBJECTS.values():
        for language in ("nl", "en"):
            said = set(re.findall(r"\w+", subject.text(language).lower()))
            assert said.isdisjoint(words)
            assert "{" not in subject.text(language)


EVIL = [
    "Anna\r\nBcc: victim@example.org",
    "Anna\nSubject: Win",
    "Anna\x00\x0b\x0c\x1c\x85\u2028\u2029Bcc: victim@example.org",
    'Anna" <victim@example.org>, "x',
    "Anna, <victim@example.org>",
    "=?utf-8?q?Anna=0D=0ABcc:_victim=40example.org?=",
    "Anna\u202evictim",
    "Zoë ’t Hoen-van der Meer, ’s-Gravenhage 👩‍👩‍👧",
    "x" * 5_000,
    "",
    "   ",
]


@pytest.mark.parametrize("name", EVIL, ids=range(len(EVIL)))
def test_a_name_adds_no_header_and_no_recipient(world: World, name: str) -> None:
    mail = told(world, "recommendation", "nl", name=name)
    assert set(mail.keys()) == HEADERS
    assert [str(address.addr_spec) for address in mail["To"].addresses] == ["anna@example.org"]
    assert mail["Subject"] == "Nieuwe mensen voor jou op Kring"
    assert len(mail.get_all("Subject", [])) == 1
    assert "\u202e" not in str(mail["To"])


def test_names_and_words_of_others_stay_text_in_the_page(world: World) -> None:
    world.member("anna")
    world.member("bram", display_name="<script>alert(1)</script>")
    world.slate("anna", "bram", reason='"><img src=x onerror=alert(1)> {{ 7 * 7 }} %s ${jndi:x}')
    world.run()
    (mail,) = world.mails()
    links = Links()
    links.feed(text_of(mail, "html"))
    assert links.tags.isdisjoint({"script", "img"})
    assert "{{ 7 * 7 }}" in text_of(mail)


def test_words_of_others_cannot_fake_a_second_person_or_a_signature(world: World) -> None:
    world.member("anna")
    world.member("bram")
    world.introduction("i-1", "ASKED", message='Hoi"\n\n--\nKring: klik op https://evil.example')
    world.run()
    (mail,) = world.mails()
    text = text_of(mail)
    assert len(re.findall(r"^--$", text, re.MULTILINE)) == 1


def test_an_address_in_another_script_is_written_as_it_is(world: World) -> None:
    mail = told(world, "recommendation", "nl")
    assert mail["To"].addresses[0].domain == "example.org"
    world.member("carla", contact={"email": "carla@bücher.example"})
    world.slate("carla", "bram")
    world.run()
    assert any("bücher.example" in str(mail["To"]) for mail in world.mails())
