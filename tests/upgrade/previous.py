"""The release before this one, out of the repository's own history."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from servers.needs import missing

COMMIT = "20bd057e90f514fbfd89f1a1ac1735eb3404bdcc"
"""What the release before was made of; whoever makes a release writes its commit here."""
ROOT = Path(__file__).parents[2]
PACKAGES = ("libs", "services")


def code_of_the_release_before(folder: Path) -> Path:
    """Unpack that release's packages into a folder, and see that they run from there.

    Skips the test where the history does not reach back so far; a whole clone has all of it.
    """
    if shutil.which("git") is None:
        missing("git is missing: apt-get install git")
    if _git("cat-file", "-e", f"{COMMIT}^{{commit}}").returncode:
        pytest.skip(f"the history does not reach {COMMIT[:7]}: git fetch --unshallow")
    packed = _git("archive", "--format=tar", COMMIT, *PACKAGES)
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    said = subprocess.run(  # our own code
        [sys.executable, "-c", "import services, libs; print(*services.__path__, *libs.__path__)"],
        env={**os.environ, **running(folder)},  # noqa: TID251  # a child's environment
        check=True,
        capture_output=True,
        text=True,
    )
    assert said.stdout.split() == [str(folder / "services"), str(folder / "libs")]
    return folder


def running(code: Path) -> dict[str, str]:
    """Return the environment in which `python -m services` runs this code.

    Its dependencies are those of the present release, of which a release only adds some. Python
    would look into the current folder first, which may be the checkout.
    """
    unmeasured = {"COVERAGE_PROCESS_START": ""}
    return {"PYTHONPATH": os.fspath(code), "PYTHONSAFEPATH": "1", **unmeasured}


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603  # our own history
        ["git", "-C", ROOT, *arguments],  # noqa: S607  # the machine's own
        capture_output=True,
        check=False,
    )
