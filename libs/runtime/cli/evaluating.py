"""``kring evaluate``: how good the product's own path is, on judged collections.

Documents go in by import, through the log into the index, and are asked for over HTTP: what is
measured is what members get. Formats: one JSON object a line; judgments in TREC form.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from libs.kernel.countries import country_code
from libs.kernel.measures import (
    average_precision,
    bootstrap_interval,
    mean,
    ndcg,
    reciprocal_rank,
    spearman,
    success,
)
from libs.kernel.passages import has_words
from libs.runtime.cli.table import FileError, read_records
from libs.runtime.cli.trial import Trial, trial

LEGS = ("hybrid", "lexical", "dense")
STORIES = 100
"""Results asked for: as deep as one page of the API goes."""
EVERYBODY = 2000
"""Members ranked: all of a collection."""
LONGEST_TEXT = 20_000
"""Characters of a text that Kring takes; what is longer is cut."""
SEED = 20261122
TITLE_CHARACTERS = 150

Advance = Callable[[int], None]
Judged = Mapping[str, Mapping[str, float]]
"""Grades by document, by query."""
Rankings = Mapping[str, Sequence[str]]
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


def evaluate_search(
    docs: Path, queries: Path, qrels: Path, *, encoder: str, advance: Advance
) -> dict[str, Any]:
    """Return nDCG@10, MAP and more of each leg, over the queries that have judgments."""
    judged = read_qrels(qrels)
    asked = {q["id"]: q["text"] for _, q in read_records(queries) if q["id"] in judged}
    ranked = rank_stories(docs, asked, encoder=encoder, advance=advance)
    return summarise(ranked, judged, ("ndcg@10", "map", "mrr", "s@1", "s@10"))


def evaluate_crosslingual(
    docs: Path, queries: Path, *, encoder: str, advance: Advance
) -> dict[str, Any]:
    """Return how often the one right document, in the other language, comes first."""
    records = [query for _, query in read_records(queries)]
    asked = {query["id"]: query["text"] for query in records}
    judged = {query["id"]: {str(query["relevant"]): 1.0} for query in records}
    ranked = rank_stories(docs, asked, encoder=encoder, advance=advance)
    return summarise(ranked, judged, ("s@1", "mrr", "s@10"))


def rank_stories(
    docs: Path, asked: Mapping[str, str], *, encoder: str, advance: Advance
) -> dict[str, Rankings]:
    """Return the ranking of each leg for each query, as the documents' own ids."""
    records = [as_story(record) for _, record in read_records(docs)]
    with trial(["ingestion", "search"], encoder=encoder) as running:
        ours = running.take_in("stories", records, advance)
        running.settle()
        questions = {query: {"text": text, "limit": STORIES} for query, text in asked.items()}
        return ask_all(running, "search", questions, ours)


def ask_all(
    running: Trial,
    service: str,
    questions: Mapping[str, Mapping[str, Any]],
    ours: Mapping[str, str],
) -> dict[str, Rankings]:
    """Ask a service to rank for every question; the answer names things as their senders do."""
    names = {mine: theirs for theirs, mine in ours.items()}
    ranked: dict[str, dict[str, list[str]]] = {leg: {} for leg in LEGS}
    for query, question in questions.items():
        answer = running.call(service, "/internal/ranking", question)
        for leg in LEGS:
            ranked[leg][query] = [names[each] for each in answer[leg] if each in names]
    return dict(ranked)


def as_story(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a collection's document as a story; without a title, its first sentence is one."""
    text = str(record.get("text", ""))
    title = str(record.get("title") or _SENTENCE_END.split(text.strip(), 1)[0])
    if not has_words(title):
        raise FileError(f"document {record.get('id')!r} has neither title nor text.")
    story = {
        "id": str(record["id"]),
        "title": " ".join(title.split())[:TITLE_CHARACTERS],
        "body": text if len(title) <= TITLE_CHARACTERS else f"{title}\n{text}",
        "visibility": "network",
    }
    return {**story, "language": record["language"]} if record.get("language") else story


def evaluate_people(
    candidates: Path, queries: Path, *, encoder: str, advance: Advance
) -> dict[str, Any]:
    """Return how early the people who really worked together are recommended (query average).

    For each judged pair the candidate stands in the network with the text of that pair
    (``text_override``), as a member of its own whom no other query sees. Others who are relevant
    to the same query, and those it excludes, are left out of its ranking.
    """
    people = {record["id"]: record for _, record in read_records(candidates)}
    records = [record for _, record in read_records(queries)]
    members = [as_member(each["id"], each["text"], each) for each in people.values()]
    for query in records:
        for pair in query["relevant"]:
            identity = f"{pair['candidate_id']}@{query['id']}"
            members.append(as_member(identity, pair["text_override"], people[pair["candidate_id"]]))
    with trial(["ingestion", "matchmaking"], encoder=encoder) as running:
        ours = running.take_in("members", members, advance)
        running.settle()
        asked = {
            query["id"]: {"text": query["text"], "country": _country(query), "limit": EVERYBODY}
            for query in records
        }
        ranked = ask_all(running, "matchmaking", asked, ours)
    return {leg: _people_figures(rankings, records) for leg, rankings in ranked.items()} | {
        "queries": len(records)
    }


def as_member(identity: str, text: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a candidate as a member whose one initiative says everything."""
    return {
        "id": identity,
        "name": identity,
        "kind": "practitioner",
        "email": f"{identity.replace('@', '-at-')}@evaluation.example",
        "organisation": {"name": identity, "side": "community"},
        "languages": ["en"],
        "country": _country(record),
        "visibility": "network",
        "wants": ["peer"],
        "consents": ["matching"],
        "initiatives": [
            {"id": "work", "title": identity, "language": "en", "what": text[:LONGEST_TEXT]}
        ],
    }


def _country(record: Mapping[str, Any]) -> str:
    """Return the code of the record's country; empty for one that is not known."""
    code = country_code(record.get("country") or "")
    return code if len(code) == len("NL") else ""


def _people_figures(rankings: Rankings, queries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    figures: dict[str, list[float]] = {"mrr": [], "s@1": [], "s@10": [], "s@50": []}
    for query in queries:
        relevant = {pair["candidate_id"] for pair in query["relevant"]}
        left_out = {*relevant, *query["exclude"]}
        ranks = []
        for each in sorted(relevant):
            own = f"{each}@{query['id']}"
            pool = [
                one
                for one in rankings[query["id"]]
                if one == own or ("@" not in one and one not in left_out)
            ]
            ranks.append(pool.index(own) + 1 if own in pool else None)
        figures["mrr"].append(mean([1 / rank if rank else 0.0 for rank in ranks]))
        for depth in (1, 10, 50):
            found = [float(rank is not None and rank <= depth) for rank in ranks]
            figures[f"s@{depth}"].append(mean(found))
    return _with_intervals(figures)


def evaluate_similarity(pairs: Path, encode: Callable[[Sequence[str]], Any]) -> dict[str, Any]:
    """Return Spearman's correlation of the encoder's cosine with people's scores, per language."""
    records = [record for _, record in read_records(pairs)]
    gold = [float(record["score"]) for record in records]
    figures: dict[str, float] = {}
    for left in ("nl", "en"):
        for right in ("nl", "en"):
            one = encode([record[f"sentence1_{left}"] for record in records])
            two = encode([record[f"sentence2_{right}"] for record in records])
            cosines = [float(a @ b) for a, b in zip(one, two, strict=True)]
            figures[f"spearman_{left}_{right}"] = round(spearman(cosines, gold), 4)
    return {"dense": figures, "queries": len(records)}


def read_qrels(path: Path) -> dict[str, dict[str, float]]:
    """Read TREC judgments: query, a column nobody uses, document, grade."""
    judged: dict[str, dict[str, float]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        parts = line.split()
        if not parts:
            continue
        try:
            query, _, document, grade = parts
            judged.setdefault(query, {})[document] = float(grade)
        except ValueError as error:
            raise FileError(f"{path}, line {number}: write QUERY 0 DOCUMENT GRADE.") from error
    return judged


def summarise(
    ranked: Mapping[str, Rankings], judged: Judged, names: Sequence[str]
) -> dict[str, Any]:
    """Return each measure's mean over the queries, with its 95 % interval, for each leg."""
    measures: dict[str, Callable[[Sequence[str], Mapping[str, float]], float]] = {
        "ndcg@10": ndcg,
        "map": average_precision,
        "mrr": reciprocal_rank,
        "s@1": lambda ranking, grades: success(ranking, grades, depth=1),
        "s@10": lambda ranking, grades: success(ranking, grades, depth=10),
    }
    return {
        leg: _with_intervals(
            {
                name: [measures[name](ranking, judged[q]) for q, ranking in rankings.items()]
                for name in names
            }
        )
        for leg, rankings in ranked.items()
    } | {"queries": len(next(iter(ranked.values())))}


def _with_intervals(figures: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    summary: dict[str, Any] = {name: round(mean(values), 4) for name, values in figures.items()}
    summary["intervals"] = {
        name: [round(bound, 4) for bound in bootstrap_interval(values, seed=SEED)]
        for name, values in figures.items()
    }
    return summary
