"""From URLs to adapters: which are known, and that nothing is imported before it is chosen."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.kernel.clock import ManualClock
from libs.kernel.errors import SettingsError
from libs.kernel.ids import Ids
from libs.kernel.policy import EVERYTHING
from libs.kernel.urls import path_of, scheme
from libs.ports.index import Document, Passage
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring, _load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", encoder="use")


@pytest.fixture
def wiring(settings: Settings, clock: ManualClock, ids: Ids) -> Iterator[Wiring]:
    opened = Wiring(settings, clock=clock, ids=ids)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [("sqlite:///a/b.db", "sqlite"), ("use", "use"), ("local:", "local"), ("", "")],
)
def test_the_scheme_is_what_stands_before_the_colon(url: str, expected: str) -> None:
    assert scheme(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("embedded:///var/index", "/var/index"),
        ("embedded:////var/index", "/var/index"),
        ("unix:///var/a#b?c%20d/x.sock", "/var/a#b?c%20d/x.sock"),
    ],
)
def test_a_path_is_taken_as_it_is_written(url: str, expected: str) -> None:
    assert path_of(url) == Path(expected)


@pytest.mark.parametrize(
    ("setting", "part"),
    [
        ("bus", "bus"),
        ("index", "index"),
        ("encoder", "encoder"),
        ("tasks", "tasks"),
        ("cache", "cache"),
        ("cache", "limiter"),
        ("mail", "mailer"),
        ("peers", "peers"),
        ("database", "database"),
    ],
)
def test_an_unknown_scheme_is_refused_with_the_known_ones(
    tmp_path: Path, clock: ManualClock, ids: Ids, setting: str, part: str
) -> None:
    settings = Settings.model_validate({"data": tmp_path, setting: "carrier-pigeon:///loft"})
    wiring = Wiring(settings, clock=clock, ids=ids)
    arguments: dict[str, tuple[object, ...]] = {
        "index": ("search", "stories"),
        "tasks": ("search", wiring.telemetry()),
        "database": ("search",),
    }

    with pytest.raises(SettingsError, match=rf"KRING_{setting.upper()}=.*unknown scheme\. Use one"):
        getattr(wiring, part)(*arguments.get(part, ()))


def test_an_adapter_whose_library_is_absent_names_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "adapter_of_a_vendor.py").write_text("import some_vendor_client")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(SettingsError, match="some_vendor_client is not installed; install kring"):
        _load("adapter_of_a_vendor:open_bus")


def test_wiring_alone_imports_no_adapter() -> None:
    program = """
import sys
import libs.runtime.wiring
print([name for name in sys.modules if name.startswith("libs.adapters.")])
"""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )

    assert done.stdout.strip() == "[]"


def test_a_database_is_migrated_when_it_is_opened(wiring: Wiring, settings: Settings) -> None:
    database = wiring.database("search")

    assert database.is_ready()
    assert database.outbox().pending(1) == []
    assert (settings.data / "search.db").exists()


def test_one_part_that_fails_to_close_does_not_keep_the_others_open(
    settings: Settings, clock: ManualClock, ids: Ids
) -> None:
    closed: list[str] = []

    class Part:
        def __init__(self, name: str) -> None:
            self.name = name

        def close(self) -> None:
            closed.append(self.name)
            if self.name == "second":
                raise OSError("disk away")

    wiring = Wiring(settings, clock=clock, ids=ids)
    for name in ("first", "second", "third"):
        wiring._keep(Part(name))

    with pytest.raises(OSError, match="disk away"):
        wiring.close()

    assert closed == ["third", "second", "first"]


def test_texts_are_counted_when_they_are_encoded_and_not_when_they_are_remembered(
    wiring: Wiring,
) -> None:
    encoder = wiring.encoder()

    encoder.encode(["samen", "zorg", "samen"], "query")
    encoder.encode(["zorg"], "query")

    told = wiring.telemetry().exposition().decode()
    labels = f'{{encoder="{encoder.name}",purpose="query"}}'
    assert f"kring_texts_encoded_total{labels} 2.0" in told
    assert f"kring_texts_remembered_total{labels} 1.0" in told
    assert f"kring_encoding_seconds_count{labels} 1.0" in told


def test_each_leg_of_a_search_is_timed(wiring: Wiring) -> None:
    index = wiring.index("search", "stories")
    vector = wiring.encoder().encode(["samen eten"], "query")[0]
    passage = Passage("body", "samen eten", vector)
    document = Document("a", "nl", {"body": "samen eten"}, {}, [passage])
    index.put([(document, 1)])

    index.hybrid("samen", vector, condition=EVERYTHING, limit=3)

    told = wiring.telemetry().exposition().decode()
    for leg in ("lexical", "dense"):
        labels = f'{{index="stories",leg="{leg}",service="search"}}'
        assert f"kring_search_leg_seconds_count{labels} 1.0" in told
