"""Files come in once, whatever happens in between."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from harness.installation import Kring

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
PROGRAMME = {"id": "files", "name": "Files", "sector": "community", "languages": ["en"]}


def written(folder: Path, name: str, records: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def stories(amount: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"s-{number}",
            "programme": "files",
            "title": f"Story {number} of the reading table",
            "body": f"In week {number} we read to one another in library {number * 7}.",
            "language": "en",
            "visibility": "network",
        }
        for number in range(amount)
    ]


def counts(result: "subprocess.CompletedProcess[str]") -> dict[str, int]:
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout.splitlines()[-1])["counts"])


def test_the_same_file_twice_changes_nothing(kring: Kring, tmp_path: Path) -> None:
    kring.start_empty()
    programmes = written(tmp_path, "programmes.jsonl", [PROGRAMME])
    file = written(tmp_path, "stories.jsonl", stories(60))
    assert counts(kring.cli("import", str(programmes), "--kind", "programmes", "--json"))
    first = kring.cli("import", str(file), "--kind", "stories", "--json")
    assert counts(first) == {"created": 60}
    before = kring.operator().get("/v1/stories", limit=100)
    second = kring.cli("import", str(file), "--kind", "stories", "--json")
    assert counts(second) == {"unchanged": 60}
    assert kring.operator().get("/v1/stories", limit=100) == before


def test_stopped_in_the_middle_of_an_import_it_resumes_and_keeps_each_story_once(
    kring: Kring, tmp_path: Path
) -> None:
    kring.start_empty()
    programmes = written(tmp_path, "programmes.jsonl", [PROGRAMME])
    file = written(tmp_path, "stories.jsonl", stories(400))
    assert counts(kring.cli("import", str(programmes), "--kind", "programmes", "--json"))
    running = kring.begin("import", str(file), "--kind", "stories")
    kring.wait_for(
        lambda: kring.operator().get("/v1/stories", limit=1)["stories"], "the first stories"
    )
    assert kring.stop() == 0
    _, errors = running.communicate(timeout=120)
    assert running.returncode in {0, 75}, errors
    kring.start_empty()
    again = counts(kring.cli("import", str(file), "--kind", "stories", "--json"))
    assert again.get("created", 0) + again.get("unchanged", 0) == 400
    if running.returncode:
        assert b"kring up" in errors
    kring.wait_for(
        lambda: kring.operator().get("/v1/search", q="reading table", limit=100)["total"] == 400,
        "all stories to be found",
        seconds=120,
    )
    assert kring.stop() == 0
    doctor = kring.cli("doctor", "--deep", "--json")
    findings = {each["part"]: each for each in json.loads(doctor.stdout.splitlines()[-1])}
    assert doctor.returncode == 0, doctor.stdout
    assert findings["search index stories"]["fine"].startswith("400 documents")


def test_a_file_that_is_not_what_it_says_is_refused_with_the_line(
    kring: Kring, tmp_path: Path
) -> None:
    kring.start_empty()
    (tmp_path / "broken.jsonl").write_text('{"id": "a"}\n{broken\n', encoding="utf-8")
    result = kring.cli("import", str(tmp_path / "broken.jsonl"), "--kind", "stories")
    assert result.returncode == 1
    assert "line 2" in result.stderr
    assert kring.operator().get("/v1/stories", limit=1)["stories"] == []


def test_without_a_running_kring_the_command_says_how_to_start_one(
    kring: Kring, tmp_path: Path
) -> None:
    file = written(tmp_path, "stories.jsonl", stories(1))
    result = kring.cli("import", str(file), "--kind", "stories")
    assert result.returncode == 75
    assert "kring up" in result.stderr
