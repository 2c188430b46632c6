"""Files come in once, whatever happens in between."""

import json
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from harness.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
AMOUNT = 400


@pytest.fixture
def programme(shared: Installation, tmp_path: Path) -> str:
    """Return a programme that nobody has used: the tests of this module share an installation."""
    slug = f"files-{uuid.uuid4().hex[:8]}"
    record = {"id": slug, "name": "Files", "sector": "community", "languages": ["en"]}
    file = written(tmp_path, "programmes.jsonl", [record])
    assert counts(shared.cli("import", str(file), "--kind", "programmes", "--json"))
    return slug


def written(folder: Path, name: str, records: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def stories(programme: str, amount: int) -> list[dict[str, Any]]:
    return [
        {
            "id": f"s-{number}",
            "programme": programme,
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


def imported(kring: Installation, file: Path) -> dict[str, int]:
    return counts(kring.cli("import", str(file), "--kind", "stories", "--json"))


def begun(kring: Installation, programme: str, file: Path) -> "subprocess.Popen[bytes]":
    """Begin to import a file; return when its first stories are in."""
    running = kring.begin("import", str(file), "--kind", "stories")
    operator = kring.operator()
    kring.wait_for(
        lambda: operator.get("/v1/stories", programme=programme, limit=1)["stories"],
        "the first stories",
    )
    return running


def wait_until_found(kring: Installation, slug: str, amount: int) -> None:
    """Wait until a search finds so many stories of a programme."""
    operator = kring.operator()
    programmes = operator.get("/v1/programmes", limit=100)["programmes"]
    (programme,) = (each["id"] for each in programmes if each["slug"] == slug)
    question = {"q": "reading table", "programme": programme, "limit": 100}
    kring.wait_for(
        lambda: operator.get("/v1/search", **question)["total"] == amount,
        "all stories to be found",
        seconds=120,
    )


def test_the_same_file_twice_changes_nothing(
    shared: Installation, programme: str, tmp_path: Path
) -> None:
    file = written(tmp_path, "stories.jsonl", stories(programme, 60))
    assert imported(shared, file) == {"created": 60}
    operator = shared.operator()
    before = operator.get("/v1/stories", programme=programme, limit=100)
    assert imported(shared, file) == {"unchanged": 60}
    assert operator.get("/v1/stories", programme=programme, limit=100) == before


def test_killed_in_the_middle_of_an_import_it_resumes_and_keeps_each_story_once(
    shared: Installation, programme: str, tmp_path: Path
) -> None:
    file = written(tmp_path, "stories.jsonl", stories(programme, AMOUNT))
    running = begun(shared, programme, file)
    shared.crash("ingestion")
    _, errors = running.communicate(timeout=120)
    assert running.returncode in {0, 75}, errors
    shared.recover("ingestion")
    again = imported(shared, file)
    assert again.get("created", 0) + again.get("unchanged", 0) == AMOUNT
    wait_until_found(shared, programme, AMOUNT)


def test_stopped_in_the_middle_of_an_import_it_resumes_and_keeps_each_story_once(
    shared: Installation, programme: str, tmp_path: Path
) -> None:
    file = written(tmp_path, "stories.jsonl", stories(programme, AMOUNT))
    running = begun(shared, programme, file)
    assert shared.stop() == 0
    _, errors = running.communicate(timeout=120)
    assert running.returncode in {0, 75}, errors
    if running.returncode:  # the gateway was gone, or what stands behind it
        assert b"kring up" in errors or b"try again" in errors
    shared.start_empty()
    again = imported(shared, file)
    assert again.get("created", 0) + again.get("unchanged", 0) == AMOUNT
    wait_until_found(shared, programme, AMOUNT)
    assert shared.stop() == 0
    findings = shared.findings()
    shared.start_empty()
    assert "each as new as the log" in findings["search index stories"]["fine"]


def test_a_file_that_is_not_what_it_says_is_refused_with_the_line(
    shared: Installation, tmp_path: Path
) -> None:
    before = shared.operator().get("/v1/stories", limit=1)
    (tmp_path / "broken.jsonl").write_text('{"id": "a"}\n{broken\n', encoding="utf-8")
    result = shared.cli("import", str(tmp_path / "broken.jsonl"), "--kind", "stories")
    assert result.returncode == 1
    assert "line 2" in result.stderr
    assert shared.operator().get("/v1/stories", limit=1) == before


def test_without_a_running_kring_the_command_says_how_to_start_one(
    kring: Installation, tmp_path: Path
) -> None:
    file = written(tmp_path, "stories.jsonl", stories("files", 1))
    result = kring.cli("import", str(file), "--kind", "stories")
    assert result.returncode == 75
    assert "kring up" in result.stderr
