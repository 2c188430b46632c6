"""B62–B69: files as `kring import` reads them, and what the import makes of their records."""

from pathlib import Path

import pytest
from harness.whole import Whole

from libs.kernel.errors import KringError
from libs.runtime.cli.table import read_records

pytestmark = pytest.mark.timeout(300)

ELSEWHERE = {
    "B64": "tests/unit/cli/test_table.py: delimiters, CP1252, byte order marks, quotes, columns",
    "B69": "tests/unit/cli/test_table.py: an empty file is refused",
    "B100": "tests/unit/cli and tests/unit/runtime/test_settings.py: secrets, types, unknown"
    " settings, taken ports, folders, letters; tests/unit/adapters_sql/test_migrate.py",
}
LATER = {
    "B62": "no archives are read yet: with uploads",
    "B66": "no images are read yet: with uploads",
    "B67": "no images are read yet: with uploads",
    "B70": "no images are read yet: with uploads",
}

REFUSED = {
    "B63 a table in JSON": ("x.jsonl", b"[1, 2]\n"),
    "B64 a million columns": ("x.csv", b"a;" * 1_000_000 + b"\n"),
    "B64b a cell beyond every limit": ("x.csv", b"id;title\n1;" + b"x" * 200_000 + b"\n"),
    "B64c NUL": ("x.jsonl", b'{"id": "a\x00"}\n'),
    "B64d no UTF-8": ("x.jsonl", b'{"id": "\xff"}\n'),
    "B64e deep JSON": ("x.jsonl", b"[" * 100_000 + b"\n"),
    "B65 a PDF that is a page too": ("x.jsonl", b"%PDF-1.7\n<html></html>\n"),
    "B65b a zip": ("x.jsonl", b"PK\x03\x04\x14\x00"),
    "B69 nothing": ("x.jsonl", b""),
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, name: str) -> None:
    file, content = REFUSED[name]
    path = tmp_path / file
    path.write_bytes(content)
    with pytest.raises(KringError) as refused:
        list(read_records(path))
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("file", ["CON.jsonl", "a\u202efdp.jsonl", f"{'x' * 240}.jsonl", "-rf.csv"])
def test_the_name_of_a_file_means_nothing(tmp_path: Path, file: str) -> None:
    path = tmp_path / file
    path.write_text("id;title\n1;x\n" if file.endswith("csv") else '{"id": "1", "title": "x"}\n')
    ((_, record),) = read_records(path)
    assert record == {"id": "1", "title": "x"}


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+cmd", "-1+1", "@SUM(A1)", "=1+1|x"])
def test_a_formula_in_a_cell_is_kept_as_the_text_it_is(
    whole: Whole, tmp_path: Path, cell: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(f"id;programme;title\nB63 {cell};ours;{cell}\n", encoding="utf-8")
    records = [record for _, record in read_records(path)]
    body = {"records": records}
    (result,) = whole.done("operator", "POST", "/v1/import/stories", json=body)["results"]
    assert result["status"] in {"created", "unchanged"}
    assert whole.done("operator", "GET", f"/v1/stories/{result['id']}")["title"] == cell


@pytest.mark.parametrize(
    "record",
    [None, 1, "x", [], {}, {"id": ""}, {"id": 1}, {"id": "x" * 300, "title": "T"},
     {"id": "x", "title": ["T"]}, {"id": "x", "title": {"a": 1}}, {"id": {"x": 1}, "title": "T"},
     {"id": "x", "title": "T", "programme": "nergens"}, {"id": "x", "title": "T", "stage": "3"},
     {"id": "x", "title": "T", "contacts": "mo"}, {"id": "x", "title": "T", "themes": [[]]}],
)  # fmt: skip
def test_a_bad_record_is_refused_and_harms_no_other(whole: Whole, record: object) -> None:
    before = whole.counts()["ingestion"][:-1]
    good = {"id": "b63-good", "programme": "ours", "title": "Goed"}
    body = {"programme": "ours", "records": [good, record]}
    results = whole.done("operator", "POST", "/v1/import/stories", json=body)["results"]
    assert results[0]["status"] in {"created", "unchanged"}
    assert results[1]["status"] == "refused"
    assert results[1]["problem"]["fields"]
    created = results[0]["status"] == "created"
    after = whole.counts()["ingestion"][:-1]
    assert after == (*before[:3], before[3] + created, *before[4:])
