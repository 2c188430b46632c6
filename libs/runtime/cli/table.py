"""Files of records: JSONL, or CSV as spreadsheets write it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from libs.kernel.errors import KringError

LISTS = frozenset({"themes", "populations", "contacts", "languages", "wants", "consents"})
"""Columns of a CSV whose values are lists, separated by ``|``."""
NUMBERS = frozenset({"stage", "year"})
"""Columns of a CSV whose values are whole numbers."""


class FileError(KringError):
    """The file cannot be read as records; the message says where and how to mend it."""


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each record with its line number; raises ``FileError`` at the first unreadable one."""
    text = _text(path)
    if not text.strip():
        raise FileError(f"{path} is empty.")
    yield from _csv(path, text) if path.suffix.lower() == ".csv" else _jsonl(path, text)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        if path.suffix.lower() == ".csv" and not is_wide:  # what spreadsheets write, unasked
            return content.decode("cp1252", "replace")
        raise FileError(f"{path} is not UTF-8 at byte {error.start}: save it as UTF-8.") from error


def _jsonl(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise FileError(f"{path}, line {number}: this is not JSON: {error.msg}.") from error
        if not isinstance(record, dict):
            raise FileError(f"{path}, line {number}: write one JSON object a line.")
        yield number, record


def _csv(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    first = text.split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=max(";,\t", key=first.count), strict=True
    )
    try:
        names = [name.strip() for name in next(reader)]
        _check_names(path, names)
        for cells in reader:
            yield from _row(f"{path}, line {reader.line_num}", reader.line_num, names, cells)
    except csv.Error as error:
        raise FileError(f"{path}, line {reader.line_num}: {error}.") from error


def _check_names(path: Path, names: Sequence[str]) -> None:
    if not any(names):
        raise FileError(f"{path}: the first line names no columns.")
    for name in names:
        if name and names.count(name) > 1:
            raise FileError(f"{path}: two columns are named {name!r}.")


def _row(
    place: str, number: int, names: Sequence[str], cells: Sequence[str]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the record of a row, unless the row is empty; a cell outside the columns must be."""
    unnamed = [*(name == "" for name in names), *(True for _ in cells[len(names) :])]
    record: dict[str, Any] = {}
    for column, cell in enumerate(cells):
        value = cell.strip()
        if value and unnamed[column]:
            raise FileError(f"{place}: cell {column + 1} is in no named column.")
        if value:
            record[names[column]] = _cell(names[column], value)
    if record:
        yield number, record


def _cell(name: str, value: str) -> str | int | list[str]:
    if name in LISTS:
        return [part.strip() for part in value.split("|") if part.strip()]
    return int(value) if name in NUMBERS and re.fullmatch("[0-9]{1,9}", value) else value
