"""``kring evaluate``: how collections are read, and what the figures mean."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from libs.runtime.cli.evaluating import (
    _people_figures,
    as_member,
    as_story,
    evaluate_similarity,
    read_qrels,
    summarise,
)
from libs.runtime.cli.table import FileError


def written(folder: Path, name: str, records: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def test_judgments_are_read_by_query(tmp_path: Path) -> None:
    path = tmp_path / "qrels"
    path.write_text("1 0 d1 1\n\n1 Q0 d2 0.5\n2\t0\td1\t2\n")

    assert read_qrels(path) == {"1": {"d1": 1.0, "d2": 0.5}, "2": {"d1": 2.0}}


@pytest.mark.parametrize("line", ["1 0 d1", "1 0 d1 2 3", "1 0 d1 good"])
def test_a_judgment_that_is_none_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "qrels"
    path.write_text(f"1 0 d1 1\n{line}\n")

    with pytest.raises(FileError, match=r"qrels, line 2: write QUERY 0 DOCUMENT GRADE\."):
        read_qrels(path)


def test_judgments_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read: No such file"):
        read_qrels(tmp_path / "nowhere")


def test_a_document_without_a_title_gets_its_first_sentence() -> None:
    story = as_story({"id": 7, "text": " One here. Two there."})

    assert (story["id"], story["title"]) == ("7", "One here.")
    assert story["body"] == " One here. Two there."


def test_a_long_title_is_cut_and_kept_whole_in_the_body() -> None:
    title = "word " * 60

    story = as_story({"id": "a", "title": title, "text": "body", "language": "nl"})

    assert len(story["title"]) <= 150
    assert story["body"] == f"{title}\nbody"
    assert story["language"] == "nl"


@pytest.mark.parametrize("record", [{"id": "a"}, {"id": "a", "title": "?!", "text": "…"}])
def test_a_document_without_words_is_refused(record: dict[str, Any]) -> None:
    with pytest.raises(FileError, match="document 'a' has neither title nor text"):
        as_story(record)


@pytest.mark.parametrize(("country", "kept"), [("NL", "NL"), ("Atlantis", ""), (None, "")])
def test_a_candidate_is_a_member_who_may_be_matched(country: str | None, kept: str) -> None:
    member = as_member("c@q", "What I do.", {"country": country})

    assert member["consents"] == ["matching"]
    assert member["email"] == "c-at-q@evaluation.example"
    assert member["country"] == kept
    assert member["initiatives"][0]["what"] == "What I do."


def test_figures_are_means_over_the_queries_with_their_intervals() -> None:
    ranked = {"hybrid": {"1": ["right", "wrong"], "2": ["wrong", "right"]}}
    judged = {"1": {"right": 1.0}, "2": {"right": 1.0}}

    figures = summarise(ranked, judged, ("mrr", "s@1", "s@10"))

    assert figures["queries"] == 2
    leg = figures["hybrid"]
    assert (leg["mrr"], leg["s@1"], leg["s@10"]) == (0.75, 0.5, 1.0)
    low, high = leg["intervals"]["mrr"]
    assert 0.5 <= low <= 0.75 <= high <= 1.0


def test_each_person_is_ranked_without_the_others_who_are_relevant_too() -> None:
    query = {
        "id": "q",
        "relevant": [{"candidate_id": "a"}, {"candidate_id": "b"}],
        "exclude": ["x"],
    }
    rankings = {"q": ["x", "a", "b@q", "c", "b", "a@q", "b@other"]}

    figures = _people_figures(rankings, [query])

    assert figures["mrr"] == pytest.approx((1 / 2 + 1 / 1) / 2)
    assert (figures["s@1"], figures["s@10"]) == (0.5, 1.0)


def test_a_person_who_is_not_recommended_counts_as_nothing() -> None:
    query = {"id": "q", "relevant": [{"candidate_id": "a"}], "exclude": []}

    assert _people_figures({"q": ["c"]}, [query])["mrr"] == 0


def test_similarity_is_compared_in_every_pair_of_languages(tmp_path: Path) -> None:
    texts = ["sentence1_nl", "sentence1_en", "sentence2_nl", "sentence2_en"]
    records = [{name: str(number) for name in texts} | {"score": number} for number in range(5)]

    figures = evaluate_similarity(
        written(tmp_path, "pairs.jsonl", records),
        lambda all_texts: np.array([[float(text) ** 0.5] for text in all_texts]),
    )

    assert figures == {
        "dense": {
            f"spearman_{left}_{right}": 1.0 for left in ("nl", "en") for right in ("nl", "en")
        },
        "queries": 5,
    }
