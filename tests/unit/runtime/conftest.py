"""Tiny services for each test of what runs them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.town import Start, Town, open_town

from libs.runtime.settings import Settings, with_secrets


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return with_secrets(Settings(data=tmp_path / "d", port=0, drain_seconds=5))


@pytest.fixture
def start(settings: Settings, town: Town) -> Iterator[Start]:
    with open_town(settings, town) as begin:
        yield begin
