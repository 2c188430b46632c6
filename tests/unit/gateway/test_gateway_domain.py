"""What the gateway decides by pure functions."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.errors import InvalidError, UnauthenticatedError
from libs.kernel.policy import Role
from services.gateway.adapters.signer import LinkSigner
from services.gateway.domain.body import MOST_DEPTH, check_json
from services.gateway.domain.forwarding import SERVICES, owner_of, reply_headers, request_headers
from services.gateway.domain.keys import may_grant, read_key, write_key
from services.gateway.domain.quota import client_address, network_of, quota_of
from services.gateway.domain.results import FACETS, facets, marked, query_string
from services.gateway.domain.session import (
    accepted_language,
    digest,
    form_token,
    normal_address,
    own_url,
    same,
)
from services.gateway.domain.texts import TEXTS, text

KEY_ID = "01900000-0000-7000-8000-0000000000b1"
plain = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
content = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain, inner, max_size=3),
    max_leaves=10,
)


@given(content, st.booleans())
def test_every_plain_json_text_passes(value: Any, ascii_only: bool) -> None:  # noqa: ANN401  # any JSON
    check_json(json.dumps(value, ensure_ascii=ascii_only).encode())


@given(st.binary(max_size=60))
def test_any_bytes_pass_or_are_refused_and_nothing_else(body: bytes) -> None:
    try:
        check_json(body)
    except InvalidError:
        return
    json.loads(body)


@given(st.integers(1, 80))
def test_json_is_refused_beyond_its_depth_and_not_before(depth: int) -> None:
    body = b'{"a":' * depth + b"1" + b"}" * depth
    if depth > MOST_DEPTH:
        with pytest.raises(InvalidError):
            check_json(body)
    else:
        check_json(body)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_marked_pieces_are_the_text_and_nothing_else(words: str) -> None:
    pieces = marked(words, words)
    assert "".join(piece for piece, _ in pieces) == words


def test_words_that_were_asked_for_are_marked_and_short_ones_are_not() -> None:
    assert marked("De Mantelzorger en de buurt", "mantelzorger de") == [
        ("De ", False),
        ("Mantelzorger", True),
        (" en de buurt", False),
    ]
    assert marked("", "x") == []


def test_a_facet_value_adds_itself_and_a_chosen_one_takes_itself_away() -> None:
    asked = {"q": ["zorg & co"], "kind": ["failure"]}
    found = facets(asked, {"kind": {"practice": 3, "failure": 1}, "stage": {"1": 4}})
    assert [facet.field for facet in found] == ["kind"]
    failure, practice = found[0].choices
    assert (failure.is_chosen, failure.query) == (True, "q=zorg+%26+co")
    assert (practice.count, practice.query) == (3, "q=zorg+%26+co&kind=failure&kind=practice")


@given(st.dictionaries(st.sampled_from(FACETS), st.dictionaries(plain, st.integers(0, 9))))
def test_each_facet_shows_each_value_once_most_frequent_first(
    counts: dict[str, dict[str, int]],
) -> None:
    for facet in facets({"q": ["x"]}, counts):
        numbers = [choice.count for choice in facet.choices]
        assert numbers == sorted(numbers, reverse=True)
        assert len({choice.code for choice in facet.choices}) == len(numbers) <= 8
    assert query_string({"q": ["é"], "kind": []}) == "q=%C3%A9"


@given(st.text(max_size=40))
def test_a_path_with_anything_but_plain_segments_has_no_owner(path: str) -> None:
    owner = owner_of(f"/v1/stories/{path}")
    is_plain = all(
        part and not part.startswith(".") and part.replace("~", "-").replace(".", "-").isascii()
        for part in path.split("/")
    )
    assert owner in {"", "ingestion"}
    assert is_plain or not owner


def test_every_owner_is_a_service_and_headers_are_closed_lists() -> None:
    assert SERVICES == ("ingestion", "matchmaking", "notification", "search")
    assert owner_of("/v1/keys") == "gateway"
    sent = [("Kring-Reader", "x"), ("Connection", "close"), ("If-Match", '"1"'), ("Cookie", "s")]
    assert request_headers(sent) == {"if-match": '"1"'}
    answered = {"Transfer-Encoding": "chunked", "Set-Cookie": "a=b", "ETag": '"2"'}
    assert reply_headers(answered) == {"etag": '"2"'}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "local"),
        ("", "local"),
    ],
)
def test_a_network_is_what_one_subscriber_holds(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.lists(st.ip_addresses().map(str), max_size=4), st.integers(1, 3))
def test_what_a_client_forwards_itself_never_counts(forged: list[str], proxies: int) -> None:
    true = [f"203.0.113.{number}" for number in range(proxies)]
    chain = ", ".join([*forged, *true])
    assert client_address("10.0.0.1", chain, proxies=proxies) == "203.0.113.0"
    assert client_address("10.0.0.1", chain, proxies=0) == "10.0.0.1"
    assert client_address("10.0.0.1", " , ", proxies=proxies) == "10.0.0.1"


def test_writing_is_limited_more_than_reading_and_the_operator_hardly() -> None:
    assert quota_of("GET", is_operator=False)[0] == "read"
    assert (
        quota_of("DELETE", is_operator=False)[1].hits < quota_of("HEAD", is_operator=False)[1].hits
    )
    assert quota_of("POST", is_operator=True)[1].hits > 10_000


@given(st.text("ABCxyz019_-", min_size=43, max_size=43))
def test_a_key_reads_back(secret: str) -> None:
    assert read_key(write_key(KEY_ID, secret)) == (KEY_ID, secret)
    assert read_key(f"{write_key(KEY_ID, secret)}\n") is None


@given(st.sampled_from(Role), st.sampled_from(Role))
def test_nobody_grants_more_than_they_have(own: Role, wanted: Role) -> None:
    order = list(Role)
    allowed = wanted is not Role.OPERATOR and order.index(wanted) <= order.index(own)
    assert may_grant(own, wanted) == allowed


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("de, EN-gb;q=0.5", "en"),
        ("fr", ""),
        ("", ""),
        (",;=", ""),
        ("x," * 6_000 + "nl", ""),
    ],
)
def test_the_first_of_our_languages_that_a_browser_accepts(header: str, language: str) -> None:
    assert accepted_language(header) == language


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Anna.de-Vries+kring@Buurt.Example.NL ", "anna.de-vries+kring@buurt.example.nl"),
        ("jürgen@bücher.example", "jürgen@bücher.example"),
        ("o'brien@example.org", "o'brien@example.org"),
        ("a@b@example.org", ""),
        ("a\r\nbcc:b@example.org", ""),
        ("Anna <anna@example.org>", ""),
        ("a" * 65 + "@example.org", ""),
    ],
)
def test_an_address_has_one_form(typed: str, address: str) -> None:
    assert normal_address(typed) == address


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),  # noqa: S104  # not bound to
        ("::", "http://[::1]:8080"),
        ("kring.local", "http://kring.local:8080"),
    ],
)
def test_a_server_is_reached_where_it_listens(host: str, url: str) -> None:
    assert own_url(host, 8080) == url


def test_secrets_compare_whatever_they_are_made_of() -> None:
    assert same("\ud800", "\ud800")
    assert not same("a", "é")
    assert digest("\ud800") != digest("")
    assert form_token(b"k", "one") != form_token(b"k", "two")


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_token_with_any_one_character_changed_is_refused(place: int, code: int) -> None:
    signer = LinkSigner("0123456789abcdef0123456789abcdef")
    token = signer.sign("signin", (KEY_ID, "nonce"))
    at = place % len(token)
    changed = token[:at] + chr(code) + token[at + 1 :]
    if changed == token:
        assert signer.open("signin", token) == (KEY_ID, "nonce")
        return
    with pytest.raises(UnauthenticatedError):
        signer.open("signin", changed)


def test_every_phrase_says_something_in_both_languages() -> None:
    for key, label in TEXTS.items():
        assert label.nl.strip(), key
        assert label.en.strip(), key
    assert text("nl-BE", "search") == "Zoeken"
    assert text("de", "search") == "Search"
