"""The parts of the Elasticsearch index that need no server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.elasticsearch.address import Address
from libs.adapters.elasticsearch.conditions import as_query, keyword
from libs.adapters.elasticsearch.mapping import LONGEST_KEYWORD, mapping, version_of
from libs.adapters.elasticsearch.questions import MOST_HITS, by_words
from libs.adapters.elasticsearch.words import ANALYZERS, FILLER, fields_of, weighed, words_of
from libs.kernel.credentials import Tls
from libs.kernel.errors import SettingsError
from libs.kernel.policy import EVERYTHING, Any, Term

# The address


def test_a_url_names_hosts_and_how_indexes_are_laid_out() -> None:
    address = Address.parse("elasticsearch://one,two:9201,[::1]?shards=3&replicas=2&prefix=care")
    assert address.hosts == ("http://one:9200", "http://two:9201", "http://[::1]:9200")
    assert (address.shards, address.replicas, address.prefix) == (3, 2, "care")
    assert (address.user, address.authorization(), address.tls) == ("", "", None)


def test_a_url_carries_credentials_and_whom_to_trust() -> None:
    url = "elasticsearch+https://kring:a%40b%3Ac@search.example?ca=/dev/null"
    address = Address.parse(url)
    assert address.hosts == ("https://search.example:9200",)
    assert (address.user, address.password.read()) == ("kring", "a@b:c")
    assert address.tls == Tls(ca="/dev/null")
    assert address.authorization() == "Basic a3Jpbmc6YUBiOmM="
    key = Address.parse("elasticsearch+https://x?api_key=aWQ6a2V5")
    assert key.authorization() == "ApiKey aWQ6a2V5"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("elasticsearch://", "a host is missing"),
        ("elasticsearch://one,,two", "a host is missing"),
        ("elasticsearch://one:http", "Port could not be cast"),
        ("elasticsearch://one?shard=2", "unknown parameter 'shard'"),
        ("elasticsearch://one?shards=0", "at least 1"),
        ("elasticsearch://one?replicas=-1", "at least 0"),
        ("elasticsearch://one?shards", "bad query field"),
        ("elasticsearch://one?prefix=Kring_1", "small letters"),
        ("elasticsearch://one/folder", "no path"),
        ("elasticsearch://one?ca=/dev/null", "of use with TLS only"),
        ("elasticsearch://kring@one", "user and password"),
        ("elasticsearch+https://one?api_key=a&api_key_file=/dev/null", "not both"),
    ],
)
def test_a_url_that_is_wrong_says_how_to_write_it(url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Address.parse(url)


def test_a_wrong_url_does_not_give_its_password_away() -> None:
    with pytest.raises(SettingsError) as told:
        Address.parse("elasticsearch://kring:hush-hush@one:nowhere")
    assert "hush" not in str(told.value)


# Words


def test_words_are_small_plain_and_not_endless() -> None:
    assert words_of("Één RÉÜNIE, d'r_op-uit! ½ " + "x" * 65) == [
        *("een", "reunie", "d", "r", "op", "uit", "1", "2")
    ]


@given(st.text())
def test_no_text_has_the_filler_as_a_word(text: str) -> None:
    assert FILLER not in words_of(text)


@given(st.text(), st.sampled_from(["nl", "nl-BE", "EN", "de", ""]))
def test_every_language_has_as_many_words_of_a_text(language: str, text: str) -> None:
    fields = fields_of(language, text)
    assert set(fields) == set(ANALYZERS)
    assert len({len(field.split(" ")) for field in fields.values()}) == 1


def test_a_word_weighs_by_how_often_it_is_asked_but_not_as_much() -> None:
    groups = dict(weighed("Eten eten samen eten, samen koken"))
    assert groups == {
        "koken": 1.0,
        "samen": pytest.approx(1.693, abs=1e-3),
        "eten": pytest.approx(2.099, abs=1e-3),
    }


def test_only_the_first_hundred_words_are_asked_for() -> None:
    ((words, _),) = weighed(" ".join(f"w{n}" for n in range(5_000)))
    assert words.split() == [f"w{n}" for n in range(100)]


# Bodies


def test_a_search_asks_for_no_more_than_the_engine_gives() -> None:
    body = by_words("eten", EVERYTHING, 1_000_000, ())
    assert body is not None
    assert body["size"] == MOST_HITS
    assert by_words("…", EVERYTHING, 10, ()) is None


def test_a_filter_that_accepts_nothing_is_said_so() -> None:
    assert as_query(Term("kind", ())) == as_query(Any(())) == {"match_none": {}}


def test_a_keyword_that_is_too_long_for_the_engine_has_a_digest() -> None:
    assert keyword("x" * LONGEST_KEYWORD) == "x" * LONGEST_KEYWORD
    assert len(keyword("x" * (LONGEST_KEYWORD + 1))) < 200
    assert keyword("x" * 9_000) != keyword("x" * 9_001)


def test_another_mapping_has_another_name() -> None:
    assert version_of(mapping(384)) == version_of(mapping(384))
    assert version_of(mapping(384)) != version_of(mapping(512))
