"""Files of records: JSONL, or CSV as spreadsheets write it."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from libs.kernel.errors import KringError

LISTS = frozenset({"themes", "populations", "contacts", "languages", "wants", "consents"})
"""Columns of a CSV whose values are lists, separated by ``|``."""
LONGEST_LINE = 512 * 1024


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
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if path.suffix.lower() == ".csv":  # what spreadsheets write without being asked
            return content.decode("cp1252", "replace")
        raise FileError(f"{path} is not UTF-8 at byte {error.start}: save it as UTF-8.") from error


def _jsonl(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        if len(line) > LONGEST_LINE:
            raise FileError(f"{path}, line {number}: longer than {LONGEST_LINE} characters.")
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise FileError(f"{path}, line {number}: this is not JSON: {error}.") from error
        if not isinstance(record, dict):
            raise FileError(f"{path}, line {number}: write one JSON object a line.")
        yield number, record


def _csv(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(
        text.splitlines(keepends=True),
        delimiter=max(";,\t", key=first.count),
        restkey="",
        strict=True,
    )
    try:
        for row in reader:
            if "" in row:
                raise FileError(f"{path}, line {reader.line_num}: more cells than columns.")
            cells = {name.strip(): (value or "").strip() for name, value in row.items()}
            if any(cells.values()):
                yield reader.line_num, {n: _cell(n, v) for n, v in cells.items() if v}
    except csv.Error as error:
        raise FileError(f"{path}, line {reader.line_num}: {error}.") from error


def _cell(name: str, value: str) -> str | int | list[str]:
    if name in LISTS:
        return [part.strip() for part in value.split("|") if part.strip()]
    return int(value) if name in {"stage", "year"} and value.isdigit() else value
