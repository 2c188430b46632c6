"""Files of records, as people and spreadsheets write them."""

import csv
import io
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from libs.runtime.cli.table import FileError, read_records


def read(folder: Path, name: str, content: bytes | str) -> list[tuple[int, dict[str, Any]]]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_records(path))


def test_each_line_of_json_is_a_record_with_its_number(tmp_path: Path) -> None:
    content = '{"id": "a"}\n\n  \n{"id": "b", "themes": ["care"]}\r\n'

    assert read(tmp_path, "x.jsonl", content) == [
        (1, {"id": "a"}),
        (4, {"id": "b", "themes": ["care"]}),
    ]


def test_a_byte_order_mark_is_not_part_of_the_first_record(tmp_path: Path) -> None:
    assert read(tmp_path, "x.jsonl", b'\xef\xbb\xbf{"id": "a"}') == [(1, {"id": "a"})]
    assert read(tmp_path, "x.csv", b"\xef\xbb\xbfid\na\n") == [(2, {"id": "a"})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "this is not JSON"),
        ('{"a": "\\ud800"}', "this is not JSON"),
        ('{"a": NaN}', "this is not JSON"),
        ("[" * 5000, "this is not JSON"),
        ("[]", "write one JSON object a line"),
        ('"text"', "write one JSON object a line"),
    ],
)
def test_a_bad_line_of_json_is_named_by_its_number(tmp_path: Path, line: str, reason: str) -> None:
    with pytest.raises(FileError, match=f"x.jsonl, line 2: {reason}"):
        read(tmp_path, "x.jsonl", f'{{"id": "a"}}\n{line}\n')


def test_what_stands_before_a_bad_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "a"}\n{')

    assert next(read_records(path)) == (1, {"id": "a"})


def test_json_that_is_not_utf8_is_refused_at_its_byte(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="not UTF-8 at byte 8"):
        read(tmp_path, "x.jsonl", b'{"id": "\xe9"}')


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.CSV"])
@pytest.mark.parametrize("content", ["", "\n \n"])
def test_an_empty_file_is_refused(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(FileError, match="is empty"):
        read(tmp_path, name, content)


def test_a_file_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"nowhere.csv cannot be read: No such file"):
        list(read_records(tmp_path / "nowhere.csv"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_first_line_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    content = f"id{delimiter}title\na{delimiter}Garden\n"

    assert read(tmp_path, "x.csv", content) == [(2, {"id": "a", "title": "Garden"})]


def test_windows_writes_accents_in_its_own_way(tmp_path: Path) -> None:
    content = "id;title\r\na;Café “Samen” – €5\r\n".encode("cp1252")

    assert read(tmp_path, "x.csv", content) == [(2, {"id": "a", "title": "Café “Samen” – €5"})]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_what_is_saved_as_unicode_text_is_read(tmp_path: Path, encoding: str) -> None:
    text = "id\ttitle\r\na\tCafé\r\n"
    mark = "" if encoding == "utf-16" else "\ufeff"

    found = read(tmp_path, "x.csv", (mark + text).encode(encoding))

    assert found == [(2, {"id": "a", "title": "Café"})]


def test_half_a_character_at_the_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not UTF-8"):
        read(tmp_path, "x.csv", "id\na\n".encode("utf-16") + b"\x00")


def test_a_quoted_cell_may_hold_lines_quotes_and_delimiters(tmp_path: Path) -> None:
    content = 'id,body\na,"one, ""two""\nthree"\nb,plain\n'

    assert read(tmp_path, "x.csv", content) == [
        (3, {"id": "a", "body": 'one, "two"\nthree'}),
        (4, {"id": "b", "body": "plain"}),
    ]


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_line_ends_end_a_row(tmp_path: Path, character: str) -> None:
    content = f"id,title\na,one{character}two\n"

    assert read(tmp_path, "x.csv", content) == [(2, {"id": "a", "title": f"one{character}two"})]


def test_an_unclosed_quote_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"x.csv, line \d: unexpected end of data"):
        read(tmp_path, "x.csv", 'id,title\na,"Garden\n')


def test_a_cell_beyond_the_columns_is_refused_unless_it_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", "id,title\na,Garden,,\n") == [
        (2, {"id": "a", "title": "Garden"})
    ]
    with pytest.raises(FileError, match="line 2: cell 3 is in no named column"):
        read(tmp_path, "x.csv", "id,title\na,Garden,more\n")


def test_a_trailing_delimiter_in_every_line_is_harmless(tmp_path: Path) -> None:
    assert read(tmp_path, "x.csv", "id;title;\na;Garden;\n") == [
        (2, {"id": "a", "title": "Garden"})
    ]
    with pytest.raises(FileError, match="line 2: cell 3 is in no named column"):
        read(tmp_path, "x.csv", "id;title;\na;Garden;x\n")


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="two columns are named 'title'"):
        read(tmp_path, "x.csv", "id,title,title\na,b,c\n")


def test_a_first_line_without_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="the first line names no columns"):
        read(tmp_path, "x.csv", ";;\na;b;c\n")


def test_empty_cells_and_rows_say_nothing(tmp_path: Path) -> None:
    content = "id,title,year\na, ,\n,,\n\nb,Garden\n"

    assert read(tmp_path, "x.csv", content) == [
        (2, {"id": "a"}),
        (5, {"id": "b", "title": "Garden"}),
    ]


def test_lists_are_split_and_numbers_are_numbers(tmp_path: Path) -> None:
    content = "id,themes,year,stage\n1,care| youth |,2024,3\n"

    assert read(tmp_path, "x.csv", content) == [
        (2, {"id": "1", "themes": ["care", "youth"], "year": 2024, "stage": 3})
    ]


@pytest.mark.parametrize("year", ["soon", "²", "٣", "-1", "20.5", "9" * 30])
def test_what_is_no_small_number_stays_text_for_the_import_to_judge(
    tmp_path: Path, year: str
) -> None:
    ((_, record),) = read(tmp_path, "x.csv", f"id,year\na,{year}\n")

    assert record["year"] == year
    assert orjson.dumps(record)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
        min_size=1,
        max_size=4,
    ).filter(lambda cells: all(cell.strip() == cell for cell in cells))
)
def test_what_a_spreadsheet_writes_comes_back(tmp_path: Path, cells: list[str]) -> None:
    names = [f"c{number}" for number in range(len(cells))]
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([names, cells])

    found = read(tmp_path, "x.csv", text.getvalue())

    assert [record for _, record in found] == [dict(zip(names, cells, strict=True))]
