"""What the embedded index keeps through kills, damage and refusals."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from libs.adapters.embedded.index import EmbeddedIndex, open_index
from libs.kernel.errors import RetryableError, SettingsError
from libs.kernel.policy import EVERYTHING
from libs.ports.index import Document, Passage

ROOT = Path(__file__).resolve().parents[3]
BATCH = 20
WRITE_FOREVER = f"""
import sys
from itertools import count
from pathlib import Path
import numpy as np
from libs.adapters.embedded.index import open_index
from libs.ports.index import Document, Passage

index = open_index(Path(sys.argv[1]), "stories", dimension=4)
vector = np.ones(4, dtype=np.float32)
for batch in count(1):
    index.put([
        (Document(f"d{{n}}", "nl", {{"body": "soep"}}, {{"batch": [str(batch)]}},
                  [Passage("body", str(batch), vector)]), batch)
        for n in range({BATCH})
    ])
    print(batch, flush=True)
"""


@contextmanager
def opened(path: Path, dimension: int = 4) -> Iterator[EmbeddedIndex]:
    index = open_index(path, "stories", dimension=dimension)
    try:
        yield index
    finally:
        index.close()


def story(name: str, text: str = "soep") -> tuple[Document, int]:
    passage = Passage("body", text, np.ones(4, dtype=np.float32))
    return Document(name, "nl", {"body": text}, {"kind": ["story"]}, [passage]), 1


def everywhere(index: EmbeddedIndex) -> list[set[str]]:
    """Return the ids that each part of the index holds."""
    words = index.lexical("soep", condition=EVERYTHING, limit=100)
    meaning = index.dense(np.ones(4, dtype=np.float32), condition=EVERYTHING, limit=100)
    return [{hit.id for hit in words}, {hit.id for hit in meaning}, set(index.sequences())]


@pytest.mark.parametrize("acknowledged", [1, 3])
def test_a_kill_in_mid_put_loses_nothing_acknowledged_and_tears_nothing(
    tmp_path: Path, acknowledged: int
) -> None:
    command = [sys.executable, "-c", WRITE_FOREVER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own text
        assert process.stdout is not None
        for _ in range(acknowledged):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait()
        rest = process.stdout.read().split()
        last = int(rest[-1]) if rest else last
    with opened(tmp_path) as index:
        names = {f"d{n}" for n in range(BATCH)}
        assert everywhere(index) == [names, names, names]
        (sequence,) = set(index.sequences().values())
        assert sequence in (last, last + 1)
        batches = index.facets(None, condition=EVERYTHING, fields=["batch"])["batch"]
        assert batches == {str(sequence): BATCH}
        kept = index.get(sorted(names), condition=EVERYTHING).values()
        assert {each.passages[0].text for each in kept} == {str(sequence)}


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": shutil.rmtree,
    "no progress": lambda text: (text / "progress").unlink(),
    "nonsense": lambda text: (text / "meta.json").write_text("{", encoding="ascii"),
    "behind": lambda text: (text / "progress").write_text("1 1", encoding="ascii"),
    "of another layout": lambda text: (text / "progress").write_text("0 9", encoding="ascii"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_text_leg_is_made_again_when_it_is_damaged(tmp_path: Path, damage: str) -> None:
    with opened(tmp_path) as index:
        index.put([story("a"), story("b")])
        index.put([story("c")])
        index.remove([("b", 2)])
    DAMAGES[damage](tmp_path / "stories" / "text")
    with opened(tmp_path) as index:
        assert everywhere(index) == [{"a", "c"}] * 3


def test_a_text_leg_that_lost_a_document_is_made_again(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.put([story("a")])
        index._text.clear(index._text.revision)
    with opened(tmp_path) as index:
        assert everywhere(index) == [{"a"}] * 3


def test_a_text_leg_of_a_lost_record_is_emptied(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.put([story("old")])
        index.put([story("older")])
    for file in (tmp_path / "stories").glob("record.db*"):
        file.unlink()
    with opened(tmp_path) as index:
        assert everywhere(index) == [set()] * 3
        index.put([story("new")])
        assert everywhere(index) == [{"new"}] * 3


def test_clearing_reaches_a_text_leg_that_did_not_see_it(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.put([story("a")])
        index._record.clear()
    with opened(tmp_path) as index:
        assert everywhere(index) == [set()] * 3


def test_what_the_legs_missed_comes_with_the_next_put(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index._record.put([story("a")])  # as when the disk is full in mid-put
        index.put([story("a")])  # the same again, as the caller of a failed put does
        index.put([story("b")])
        assert everywhere(index) == [{"a", "b"}] * 3


def test_a_text_leg_that_cannot_write_says_so_and_catches_up_later(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.put([story("a")])
        text = tmp_path / "stories" / "text"
        away = text.with_name("away")
        text.rename(away)
        with pytest.raises(RetryableError, match="text index"):
            index.put([story("b")])
        away.rename(text)
        index.put([story("b")])
        assert everywhere(index) == [{"a", "b"}] * 3


def test_a_locked_record_is_worth_a_retry(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index._record._connection.execute("PRAGMA busy_timeout = 0")
        other = sqlite3.connect(tmp_path / "stories" / "record.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RetryableError, match="locked"):
            index.put([story("a")])
        other.execute("COMMIT")
        other.close()
        index.put([story("a")])
        assert everywhere(index) == [{"a"}] * 3


def test_a_document_that_cannot_be_stored_leaves_the_batch_out_whole(tmp_path: Path) -> None:
    odd = Document("odd", "nl", {}, {}, [], {"not json": object()})
    with opened(tmp_path) as index:
        with pytest.raises(TypeError):
            index.put([story("a"), (odd, 1)])
        assert everywhere(index) == [set()] * 3


def test_an_index_for_other_vectors_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.put([story("a")])
    with pytest.raises(SettingsError, match="Move it away"), opened(tmp_path, dimension=5):
        pass
    with opened(tmp_path) as index:
        assert index.count() == 1


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    with (
        opened(tmp_path),
        pytest.raises(SettingsError, match="in use by another process"),
        opened(tmp_path),
    ):
        pass


def test_what_was_removed_leaves_the_disk(tmp_path: Path) -> None:
    with opened(tmp_path) as index:
        index.put([story("a", "geheimenis")])
        index.remove([("a", 2)])
    kept = (tmp_path / "stories" / "record.db").read_bytes()
    assert b"geheimenis" not in kept
