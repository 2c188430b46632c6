"""The law of libs.ports.index.Index."""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servers.elasticsearch import Elasticsearch

from libs.adapters.elasticsearch.index import open_index as open_elasticsearch
from libs.adapters.embedded.index import open_index as open_embedded
from libs.kernel.policy import EVERYTHING, All, Any, Filter, Not, Reader, Term, accepts, visible_to
from libs.ports.encoder import Vectors
from libs.ports.index import Document, Index, Passage

DIMENSION = 8


def axis(place: int, lean: float = 0.0) -> Vectors:
    """Return the unit vector along one axis, leaning to the next."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[place % DIMENSION] = 1.0
    vector[(place + 1) % DIMENSION] = lean
    return vector / np.linalg.norm(vector)


def document(
    name: str,
    text: str = "",
    *,
    title: str = "",
    language: str = "nl",
    vectors: Sequence[Vectors] = (),
    fields: Mapping[str, Sequence[str]] | None = None,
    **keywords: Sequence[str],
) -> Document:
    return Document(
        id=name,
        language=language,
        texts={"title": title, "body": text},
        keywords=keywords if fields is None else fields,
        passages=[Passage("body", f"{name}/{n}", vector) for n, vector in enumerate(vectors)],
        payload={"name": name},
    )


Open = Callable[[], Index]


ENGINES = ["embedded", pytest.param("elasticsearch", marks=pytest.mark.servers)]


def opener(request: pytest.FixtureRequest, folder: Path, name: str) -> Open:
    """Return what opens an index of this name, the same one each time, for this test alone."""
    if request.param == "embedded":
        return partial(open_embedded, folder, name, dimension=DIMENSION)
    server: Elasticsearch = request.getfixturevalue("elasticsearch")
    url = f"{server.url}?replicas=0&prefix={uuid.uuid4().hex}"
    return partial(open_elasticsearch, url, "tests", name, dimension=DIMENSION)


@pytest.fixture(params=ENGINES)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Close what is open and open the same index again."""
    opened: list[Index] = []
    open_index = opener(request, tmp_path, "stories")

    def again() -> Index:
        while opened:
            opened.pop().close()
        opened.append(open_index())
        return opened[0]

    yield again
    while opened:
        opened.pop().close()


@pytest.fixture
def index(reopen: Open) -> Index:
    return reopen()


def found(
    index: Index, text: str, condition: Filter = EVERYTHING, languages: Sequence[str] = ()
) -> list[str]:
    hits = index.lexical(text, condition=condition, limit=10, languages=languages)
    return [hit.id for hit in hits]


def near(index: Index, vector: Vectors, condition: Filter = EVERYTHING) -> list[str]:
    return [hit.id for hit in index.dense(vector, condition=condition, limit=10)]


# Sequences


def test_a_document_is_found_when_put_returns(index: Index) -> None:
    index.put([(document("a", "eten met buren", vectors=[axis(0)]), 1)])
    assert found(index, "buren") == near(index, axis(0)) == ["a"]
    assert index.name == "stories"
    assert index.count() == 1
    assert index.sequences() == {"a": 1}


def test_a_newer_sequence_replaces_everything_of_a_document(index: Index) -> None:
    index.put([(document("a", "eten", vectors=[axis(0)], theme=["food"]), 1)])
    index.put([(document("a", "wandelen", vectors=[axis(1)], theme=["sport"]), 2)])
    assert found(index, "eten") == []
    assert found(index, "wandelen") == ["a"]
    assert [hit.score for hit in index.dense(axis(0), condition=EVERYTHING, limit=1)] == [0.0]
    assert index.facets(None, condition=EVERYTHING, fields=["theme"]) == {"theme": {"sport": 1}}
    assert index.sequences() == {"a": 2}


@pytest.mark.parametrize("sequence", [6, 7])
def test_an_older_or_equal_sequence_is_ignored(index: Index, sequence: int) -> None:
    index.put([(document("a", "eten"), 7)])
    index.put([(document("a", "wandelen"), sequence)])
    index.remove([("a", sequence)])
    assert found(index, "eten") == ["a"]
    assert index.sequences() == {"a": 7}


def test_a_removed_document_stays_away_until_something_newer(index: Index) -> None:
    index.put([(document("a", "eten", vectors=[axis(0)], theme=["food"]), 1)])
    index.remove([("a", 3)])
    index.put([(document("a", "eten", vectors=[axis(0)]), 2)])
    assert found(index, "eten") == near(index, axis(0)) == []
    assert index.get(["a"], condition=EVERYTHING) == {}
    assert index.facets(None, condition=EVERYTHING, fields=["theme"]) == {"theme": {}}
    assert index.facets(["a"], condition=EVERYTHING, fields=["theme"]) == {"theme": {}}
    assert index.count() == 0
    assert index.sequences() == {}
    index.put([(document("a", "eten"), 4)])
    assert found(index, "eten") == ["a"]


def test_a_removal_is_remembered_even_of_what_never_was(reopen: Open) -> None:
    reopen().remove([("a", 5)])
    index = reopen()
    index.put([(document("a", "eten"), 5)])
    assert index.count() == 0


def test_the_newest_of_one_batch_wins(index: Index) -> None:
    index.put([(document("a", "oud"), 1), (document("a", "nieuw"), 3), (document("a", "mid"), 2)])
    assert found(index, "nieuw oud mid") == ["a"]
    assert found(index, "oud mid") == []


def test_a_batch_that_changes_nothing_is_no_error(reopen: Open) -> None:
    index = reopen()
    index.put([(document("a", "eten"), 2)])
    index.put([])
    index.remove([])
    index.put([(document("a", "niets"), 1)])
    index = reopen()
    index.put([(document("b", "eten"), 1)])
    assert found(index, "eten") == ["a", "b"]


def test_clearing_forgets_sequences_too(reopen: Open) -> None:
    index = reopen()
    index.put([(document("a", "eten", vectors=[axis(0)]), 9)])
    index.remove([("b", 9)])
    index.clear()
    assert found(index, "eten") == near(index, axis(0)) == []
    index = reopen()
    assert index.count() == 0
    index.put([(document("a", "eten"), 1), (document("b", "eten"), 1)])
    assert found(index, "eten") == ["a", "b"]


def test_what_was_put_is_there_after_reopening(reopen: Open) -> None:
    before = document("a", "eten met buren", title="Soep", vectors=[axis(0), axis(1)], theme=["x"])
    reopen().put([(before, 1), (document("b", "eten", vectors=[axis(5)]), 1)])
    reopen().remove([("b", 2)])
    index = reopen()
    assert found(index, "buren") == near(index, axis(1)) == ["a"]
    kept = index.get(["a"], condition=EVERYTHING)["a"]
    assert (kept.id, kept.language, dict(kept.texts)) == ("a", "nl", dict(before.texts))
    assert dict(kept.keywords) == {"theme": ["x"]}
    assert kept.payload == {"name": "a"}
    assert [(one.field, one.text) for one in kept.passages] == [("body", "a/0"), ("body", "a/1")]
    assert [one.vector.tolist() for one in kept.passages] == [axis(0).tolist(), axis(1).tolist()]


# The lexical leg


def test_words_are_found_in_every_form_of_their_language(index: Index) -> None:
    index.put(
        [
            (document("nl", "eenzame ouderen", language="nl"), 1),
            (document("en", "lonely neighbours", language="en-GB"), 1),
            (document("de", "Bürger kochen", language="de"), 1),
        ]
    )
    assert found(index, "oudere") == ["nl"]
    assert found(index, "neighbour") == ["en"]
    assert found(index, "burger") == ["de"]
    assert found(index, "KOCHEN") == ["de"]


def test_a_query_in_one_language_does_not_stem_in_another(index: Index) -> None:
    index.put([(document("en", "neighbours", language="en"), 1)])
    assert found(index, "neighbour", languages=["nl"]) == []
    assert found(index, "neighbour", languages=["en"]) == ["en"]
    assert found(index, "neighbour", languages=["nl", "en"]) == ["en"]


def test_languages_weigh_the_same_however_few_their_documents(index: Index) -> None:
    dutch = [(document(f"nl{n}", f"samen koken {n}", language="nl"), 1) for n in range(20)]
    index.put([*dutch, (document("en", "samen koken x", language="en"), 1)])
    scores = {
        hit.id: hit.score for hit in index.lexical("x samen 7", condition=EVERYTHING, limit=30)
    }
    assert scores["en"] > scores["nl7"]


def test_a_hit_tells_the_language_its_document_has_now(index: Index) -> None:
    index.put([(document("a", "koken", language="nl", vectors=[axis(0)]), 1)])
    index.put([(document("a", "koken", language="en", vectors=[axis(0)]), 2)])
    words = index.lexical("koken", condition=EVERYTHING, limit=1)
    meaning = index.dense(axis(0), condition=EVERYTHING, limit=1)
    assert [hit.language for hit in (*words, *meaning)] == ["en", "en"]


def test_a_word_in_the_title_weighs_more(index: Index) -> None:
    index.put(
        [
            (document("a", "soep schulden koken", title="wijk"), 1),
            (document("b", "soep wijk koken", title="schulden"), 1),
        ]
    )
    assert found(index, "schulden") == ["b", "a"]


def test_a_query_of_stop_words_alone_finds_what_it_can(index: Index) -> None:
    index.put([(document("a", "wat is het"), 1)])
    assert found(index, "wat is het") == ["a"]


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "*", "/(a+)+$/", "field:secret", "NOT a AND (", '"', "\\", "😀", "\ud800", "\0"),
        *("[a TO z]", "a~2^9", "body:*", "a" * 10_000, "eten " * 2_000),
        " ".join(f"w{n}" for n in range(5_000)),
    ],
    ids=range(17),
)
def test_any_text_is_a_valid_query_and_reaches_nothing_hidden(index: Index, text: str) -> None:
    index.put([(document("open", "eten field secret a", secret=["no"]), 1)])
    index.put([(document("hidden", "eten field secret a", secret=["yes"]), 1)])
    assert found(index, text, Not(Term("secret", ("yes",)))) in ([], ["open"])


def test_ties_go_to_the_smaller_id_in_both_legs(index: Index) -> None:
    names = [f"s{n:02}" for n in range(40)]
    for batch in (names[1::2], names[::2]):
        index.put([(document(name, "soep", vectors=[axis(2)]), 1) for name in reversed(batch)])
    assert found(index, "soep") == names[:10]
    assert near(index, axis(2)) == names[:10]
    assert near(index, axis(2, lean=0.5)) == names[:10]


@pytest.mark.parametrize("limit", [0, -1])
def test_nothing_asked_nothing_found(index: Index, limit: int) -> None:
    index.put([(document("a", "eten", vectors=[axis(0)]), 1)])
    assert index.lexical("eten", condition=EVERYTHING, limit=limit) == []
    assert index.dense(axis(0), condition=EVERYTHING, limit=limit) == []


# The dense leg


def test_the_best_passage_wins(index: Index) -> None:
    index.put(
        [
            (document("a", vectors=[axis(0), axis(4, lean=0.1)]), 1),
            (document("b", vectors=[axis(4, lean=0.5), axis(5)]), 1),
        ]
    )
    hits = index.dense(axis(4), condition=EVERYTHING, limit=2)
    assert [hit.id for hit in hits] == ["a", "b"]
    assert hits[0].score == pytest.approx(float(axis(4) @ axis(4, lean=0.1)), abs=1e-6)


def test_fields_restrict_the_passages(index: Index) -> None:
    both = [Passage("need", "n", axis(0)), Passage("offer", "o", axis(1))]
    index.put([(Document("a", "nl", {}, {}, both), 1)])
    for field, score in (("need", 1.0), ("offer", 0.0)):
        hits = index.dense(axis(0), condition=EVERYTHING, limit=5, fields=[field])
        assert [hit.score for hit in hits] == [score]
    assert index.dense(axis(0), condition=EVERYTHING, limit=5, fields=["other"]) == []


def test_many_passages_of_one_document_leave_room_for_others(index: Index) -> None:
    many = document("many", vectors=[axis(0)] * 3_000)
    index.put([(many, 1), *((document(f"b{n}", vectors=[axis(0, lean=1.0)]), 1) for n in range(4))])
    assert near(index, axis(0)) == ["many", "b0", "b1", "b2", "b3"]


def test_a_vector_counts_by_its_direction_and_none_without_one(index: Index) -> None:
    nothing = np.zeros(DIMENSION, dtype=np.float32)
    broken = np.full(DIMENSION, np.nan, dtype=np.float32)
    index.put(
        [
            (document("long", vectors=[axis(0) * 9]), 1),
            (document("none", vectors=[nothing, broken]), 1),
        ]
    )
    hits = index.dense(axis(0) * 0.1, condition=EVERYTHING, limit=5)
    assert [hit.id for hit in hits] == ["long"]
    assert hits[0].score == pytest.approx(1.0)
    assert near(index, nothing) == near(index, broken) == []


def test_a_vector_of_another_length_is_refused(index: Index) -> None:
    wrong = document("a", "eten", vectors=[np.ones(DIMENSION + 1, dtype=np.float32)])
    with pytest.raises(ValueError, match="not 8 long"):
        index.put([(wrong, 1)])
    assert index.count() == 0


def test_both_legs_at_once_are_as_each_alone(index: Index) -> None:
    names = [f"s{n:02}" for n in range(30)]
    index.put(
        [
            (document(name, f"soep {name}", vectors=[axis(n % 3, lean=n % 2)], kind=["x"]), 1)
            for n, name in enumerate(names)
        ]
    )
    index.put([(document("hidden", "soep s07", vectors=[axis(1)], kind=["y"]), 1)])
    only = Term("kind", ("x",))
    for text, vector in (("soep s07", axis(1)), ("", axis(1)), ("soep", axis(0) * 0)):
        words, meaning = index.hybrid(text, vector, condition=only, limit=8)
        assert words == index.lexical(text, condition=only, limit=8)
        assert meaning == index.dense(vector, condition=only, limit=8)
    assert index.hybrid("soep", axis(0), condition=only, limit=0) == ([], [])


# Filters, get and facets

FIELDS = ("visibility", "programme", "owner")
VALUES = ("network", "programme", "private", "p1", "p2", "m1", "m2", "x" * 2_000)
terms = st.builds(
    Term,
    st.sampled_from((*FIELDS, "absent")),
    st.lists(st.sampled_from((*VALUES, "", "unknown")), max_size=3).map(tuple),
)
filters: st.SearchStrategy[Filter] = st.recursive(
    terms,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(All, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Any, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
readers = st.builds(
    Reader,
    programme=st.sampled_from(["p1", "p2"]),
    member_id=st.sampled_from(["", "m1", "m2"]),
    blocked=st.frozensets(st.sampled_from(["m1", "m2"])),
)


def population() -> dict[str, dict[str, Sequence[str]]]:
    """Return documents with every kind of keywords: none, one, several, long."""
    rng = np.random.default_rng(7)
    return {
        f"d{n:02}": {
            field: [str(value) for value in rng.choice(VALUES, size=rng.integers(0, 4))]
            for field in FIELDS
            if rng.random() < 0.9
        }
        for n in range(40)
    }


@pytest.fixture(scope="module", params=ENGINES)
def populated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Index]:
    index = opener(request, tmp_path_factory.mktemp("index"), "many")()
    index.put(
        [
            (document(name, "soep", vectors=[axis(0), axis(1)], fields=fields), 1)
            for name, fields in population().items()
        ]
    )
    yield index
    index.close()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=st.one_of(filters, readers.map(visible_to)))
def test_a_filter_means_the_same_everywhere(populated: Index, condition: Filter) -> None:
    passing = {name for name, fields in population().items() if accepts(condition, fields)}
    words = populated.lexical("soep", condition=condition, limit=100)
    meaning = populated.dense(axis(0), condition=condition, limit=100)
    assert {hit.id for hit in words} == passing
    assert {hit.id for hit in meaning} == passing
    assert set(populated.get(list(population()), condition=condition)) == passing
    everything = populated.facets(None, condition=condition, fields=FIELDS)
    assert everything == populated.facets(list(population()), condition=condition, fields=FIELDS)


@given(condition=filters)
@settings(deadline=None, max_examples=20)
def test_a_filter_changes_who_is_ranked_and_not_how(populated: Index, condition: Filter) -> None:
    free = {hit.id: hit.score for hit in populated.lexical("soep", condition=EVERYTHING, limit=100)}
    for hit in populated.lexical("soep", condition=condition, limit=100):
        assert hit.score == free[hit.id]


def test_the_filter_is_inside_the_ranking_and_not_after_it(index: Index) -> None:
    index.put(
        [(document(f"a{n}", "soep soep", vectors=[axis(0)], kind=["no"]), 1) for n in range(50)]
    )
    index.put([(document("z", "soep en brood", vectors=[axis(0, lean=2.0)], kind=["yes"]), 1)])
    only = Term("kind", ("yes",))
    assert [hit.id for hit in index.lexical("soep", condition=only, limit=1)] == ["z"]
    assert [hit.id for hit in index.dense(axis(0), condition=only, limit=1)] == ["z"]


def test_only_what_exists_and_passes_is_returned_in_the_order_asked(index: Index) -> None:
    index.put([(document(name, kind=[name]), 1) for name in ("a", "b", "c")])
    condition = Not(Term("kind", ("b",)))
    assert list(index.get(["c", "b", "x", "a"], condition=condition)) == ["c", "a"]


def test_facets_count_each_document_once_per_value(index: Index) -> None:
    index.put(
        [
            (document("a", theme=["food", "food", "sport"]), 1),
            (document("b", theme=["food"], kind=["x"]), 1),
        ]
    )
    expected = {"theme": {"food": 2, "sport": 1}, "kind": {"x": 1}, "none": {}}
    fields = ["theme", "kind", "none"]
    assert index.facets(None, condition=EVERYTHING, fields=fields) == expected
    assert index.facets(["a", "b", "gone"], condition=EVERYTHING, fields=fields) == expected
    assert index.facets([], condition=EVERYTHING, fields=["theme"]) == {"theme": {}}


# Threads


def test_readers_go_on_while_one_writes_and_writers_wait_for_each_other(index: Index) -> None:
    index.put([(document("first", "soep", vectors=[axis(0)], kind=["a"]), 1)])

    def write(part: int) -> None:
        for n in range(5):
            index.put([(document(f"{part}-{n}", "soep", vectors=[axis(0)], kind=["a"]), 1)])

    def read(_: int) -> None:
        for _turn in range(20):
            assert found(index, "soep", Term("kind", ("a",)))
            assert near(index, axis(0), Term("kind", ("a",)))
            assert index.facets(None, condition=EVERYTHING, fields=["kind"])["kind"]["a"] >= 1
            assert "first" in index.get(["first"], condition=EVERYTHING)

    with ThreadPoolExecutor(6) as pool:
        work = [pool.submit(write, part) for part in range(2)]
        work += [pool.submit(read, n) for n in range(4)]
        for one in work:
            one.result()
    assert index.count() == 11
    assert len(index.lexical("soep", condition=EVERYTHING, limit=50)) == 11
