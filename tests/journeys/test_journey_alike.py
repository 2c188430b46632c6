"""In one process and split over real servers Kring finds the same, and recommends the same people.

Both hold the sample: 120 stories in Dutch and English, and 80 members.
"""

import json
from collections.abc import Iterator, Mapping
from functools import partial

import pytest
from harness.alike import LEAST_OVERLAP, QUESTIONS, SAMPLE, TOP
from harness.installation import Installation, Kring
from harness.split import SplitKring, servers_of

from libs.runtime.cli.sample import KINDS

pytestmark = [pytest.mark.journey, pytest.mark.servers, pytest.mark.timeout(400)]

SETTLED_SECONDS = 180.0
"""Recommendations are made anew once the sample they are measured with is that of all members."""

Answers = Mapping[str, list[str]]
"""What is shown, in order, by what was asked; by name, because ids differ."""


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Installation, Installation]]:
    """Give both, filled with the sample."""
    folder = tmp_path_factory.mktemp("alike")
    both = Kring(folder / "one" / "data"), SplitKring(folder / "ten" / "data", servers_of(request))
    try:
        for kring in both:
            fill(kring)
        yield both
    finally:
        for kring in both:
            kring.close()


def test_both_ways_find_the_same_stories_and_the_same_people(
    pair: tuple[Installation, Installation],
) -> None:
    for what, name in (("", "title"), ("/people", "display_name")):
        one, other = (found(kring, f"/v1/search{what}", name) for kring in pair)
        assert all(len(names) == TOP for names in one.values())
        assert overlap(one, other) >= LEAST_OVERLAP, differing(one, other)


def test_both_ways_recommend_the_same_people(pair: tuple[Installation, Installation]) -> None:
    one, other = pair

    def are_alike() -> bool:
        ours, theirs = recommended(one), recommended(other)
        return sum(map(len, ours.values())) > len(ours) and overlap(ours, theirs) >= LEAST_OVERLAP

    other.wait_for(are_alike, "both to recommend the same people", SETTLED_SECONDS)


def fill(kring: Installation) -> None:
    """Start it, import the sample, and wait until its stories are found."""
    kring.data.parent.mkdir()
    kring.start_empty(KRING_ENCODER="use")
    for kind in KINDS:
        done = kring.cli("import", str(SAMPLE / f"{kind}.jsonl"), "--kind", kind)
        assert done.returncode == 0, done.stderr
    kring.wait_for(partial(all_found, kring, stories()), "all stories to be found", 60)


def stories() -> set[str]:
    """Return the titles of the sample's stories."""
    lines = (SAMPLE / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    return {json.loads(line)["title"] for line in lines}


def all_found(kring: Installation, missing: set[str]) -> bool:
    """Look for these titles; take those that are found out of the set."""
    operator = kring.operator()
    for title in sorted(missing):
        hits = operator.get("/v1/search", q=title, limit=TOP)["hits"]
        missing -= {hit["title"] for hit in hits}
    return not missing


def found(kring: Installation, path: str, name: str) -> Answers:
    operator = kring.operator()
    return {
        text: [hit[name] for hit in operator.get(path, q=text, limit=TOP)["hits"]]
        for text in QUESTIONS
    }


def recommended(kring: Installation) -> Answers:
    """Return who is recommended to each member; an operator's look leaves no trace."""
    operator = kring.operator()
    members = operator.get("/v1/members", limit=100)["members"]
    return {
        member["display_name"]: [
            each["display_name"]
            for each in operator.get("/v1/recommendations", member=member["id"])["recommendations"]
        ]
        for member in members
    }


def overlap(one: Answers, other: Answers) -> float:
    """Return which part of all answers is the same; what only one gives counts as differing."""
    assert one.keys() == other.keys()
    shared = sum(len({*names} & {*other[asked]}) for asked, names in one.items())
    return shared / sum(max(len(names), len(other[asked])) for asked, names in one.items())


def differing(one: Answers, other: Answers) -> str:
    """Return what only one of both gives, by what was asked."""
    return "; ".join(
        f"{asked}: {sorted({*names} ^ {*other[asked]})}"
        for asked, names in one.items()
        if {*names} != {*other[asked]}
    )
