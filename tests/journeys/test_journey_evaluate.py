"""Relevance is measured by the path that members use."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from libs.runtime.cli.app import build_cli
from libs.runtime.cli.evaluating import LEGS
from libs.runtime.cli.sample import Sample

pytestmark = pytest.mark.journey
DOCUMENTS = [
    {"id": "d1", "title": "Een moestuin voor de buurt", "text": "Buren kweken samen groente."},
    {"id": "d2", "title": "Budget coaching", "text": "People learn to pay off their debts."},
    {"id": "d3", "text": "Jongeren repareren fietsen. Zij leren van vrijwilligers."},
]


def written(folder: Path, name: str, records: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path


def test_a_collection_is_measured_by_the_products_own_path(tmp_path: Path) -> None:
    qrels = tmp_path / "qrels"
    qrels.write_text("1 0 d1 1\n2 0 d2 1\n")
    queries = [
        {"id": "1", "text": "groente kweken met buren"},
        {"id": "2", "text": "debts"},
        {"id": "unjudged", "text": "anything"},
    ]
    command = ["evaluate", "search", "--encoder", "use", "--json", "--qrels", str(qrels)]
    for option, records in (("docs", DOCUMENTS), ("queries", queries)):
        command += [f"--{option}", str(written(tmp_path, f"{option}.jsonl", records))]

    done = CliRunner().invoke(build_cli(("search",), Sample(tmp_path, ())), command)

    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout)
    assert figures["queries"] == 2
    for leg in LEGS:
        assert figures[leg]["s@10"] == 1.0
    assert figures["hybrid"]["mrr"] == 1.0
