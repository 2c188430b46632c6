"""One Kring a data folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from libs.kernel.errors import SettingsError
from libs.runtime.cli.claim import claimed
from libs.runtime.cli.rebuilding import rebuild
from libs.runtime.cli.restoring import restored
from libs.runtime.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def test_a_folder_is_for_one_kring_at_a_time(settings: Settings) -> None:
    with (
        claimed(settings),
        pytest.raises(SettingsError, match=r"Another Kring runs on .*stop it, or choose another"),
        claimed(settings),
    ):
        pass


def test_a_folder_is_free_again_afterwards(settings: Settings) -> None:
    with claimed(settings):
        pass
    with claimed(settings):
        pass


def test_services_that_run_apart_share_a_folder_but_not_with_a_whole_kring(
    settings: Settings,
) -> None:
    with (
        claimed(settings, together=True),
        claimed(settings, together=True),
        pytest.raises(SettingsError, match="Another Kring"),
        claimed(settings),
    ):
        pass
    with (
        claimed(settings),
        pytest.raises(SettingsError, match="Another Kring"),
        claimed(settings, together=True),
    ):
        pass


def test_two_folders_are_independent(tmp_path: Path) -> None:
    with claimed(Settings(data=tmp_path / "a")), claimed(Settings(data=tmp_path / "b")):
        pass


def test_a_process_that_was_killed_holds_nothing(settings: Settings) -> None:
    program = """
import os, sys
from libs.runtime.cli.claim import claimed
from libs.runtime.settings import Settings
with claimed(Settings(data=sys.argv[1])):
    os.kill(os.getpid(), 9)
"""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", program, str(settings.data)], check=False, timeout=30
    )
    assert done.returncode == -9

    with claimed(settings):
        pass


def test_a_folder_that_cannot_be_written_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with (
        pytest.raises(SettingsError, match=r"KRING_DATA=.*Not a directory\. Choose a folder"),
        claimed(Settings(data=tmp_path / "file" / "data")),
    ):
        pass


def test_nothing_is_rebuilt_under_a_kring_that_runs(settings: Settings) -> None:
    with claimed(settings), pytest.raises(SettingsError, match="Another Kring"):
        rebuild(settings, ["search"])


def test_nothing_is_restored_under_a_kring_that_runs(settings: Settings) -> None:
    with claimed(settings), pytest.raises(SettingsError, match="Another Kring"):
        restored(settings, ["search"], is_vault_lost=False)
