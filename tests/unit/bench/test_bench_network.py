"""Invented networks: the same each time, of the size asked for, and fit to be imported."""

import json
from pathlib import Path

from libs.kernel.vocabulary import POPULATIONS, THEMES
from libs.runtime.bench import phrases
from libs.runtime.bench.network import Network, Size
from services.ingestion.domain.fields import Fields
from services.ingestion.domain.formats import RecordKind

SMALL = Size(members=30, stories=40)


def written(folder: Path, seed: int) -> dict[str, str]:
    Network(SMALL, seed).write(folder)
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_same_start_value_gives_the_same_files_and_another_gives_others(tmp_path: Path) -> None:
    once, again = written(tmp_path / "a", 1), written(tmp_path / "b", 1)
    other = written(tmp_path / "c", 2)

    assert once == again
    assert once["members.jsonl"] != other["members.jsonl"]


def test_it_has_the_size_asked_for_in_both_languages(tmp_path: Path) -> None:
    counts = Network(SMALL, 1).write(tmp_path)

    assert counts["members"] == 30
    assert counts["stories"] == 40
    lines = (tmp_path / "stories.jsonl").read_text().splitlines()
    stories = [json.loads(line) for line in lines]
    assert {story["language"] for story in stories} == set(phrases.LANGUAGES)


def test_a_larger_network_begins_with_the_smaller_one() -> None:
    small = list(Network(Size(30, 10), 1).members())
    large = list(Network(Size(60, 10), 1).members())

    assert large[:30] == small


def test_every_code_is_one_that_kring_knows() -> None:
    for story in Network(SMALL, 1).stories():
        assert set(story["themes"]) <= set(THEMES)
        assert set(story["populations"]) <= set(POPULATIONS)
        fields = Fields(story)
        fields.themes("themes")
        fields.stage("stage")
        assert fields.problems == {}


def test_ties_join_two_different_members_who_share_a_theme() -> None:
    network = Network(Size(members=60, stories=0), 1)
    themes = {each["id"]: each["initiatives"][0]["themes"] for each in network.members()}

    ties = list(network.ties())
    assert ties
    for tie in ties:
        assert tie["a"] != tie["b"]
        assert themes[tie["a"]] == themes[tie["b"]]


def test_the_folder_says_what_was_assumed(tmp_path: Path) -> None:
    assert "Assumptions" in written(tmp_path, 5)["README.md"]
    assert "Start value: 5" in (tmp_path / "README.md").read_text()


def test_kinds_of_files_are_kinds_of_imports(tmp_path: Path) -> None:
    kinds = set(Network(SMALL, 1).write(tmp_path)) - {"ties"}

    assert kinds <= set(RecordKind)
