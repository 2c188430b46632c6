"""A small disk of its own, which can be full."""

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_STEP = 64 * 1024


@contextmanager
def small_disk(folder: Path, *, mebibytes: int) -> Iterator[Path]:
    """Give a file system of this size, made in this empty folder; only root may make one."""
    folder.mkdir()
    made = subprocess.run(  # noqa: S603  # fixed words and a folder of ours
        ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "kring-tests", str(folder)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"nothing may be mounted here, which root may: {made.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607  # ours


@contextmanager
def ballast(folder: Path, *, leaving_bytes: int) -> Iterator[None]:
    """Fill a disk but for so many bytes, and make room again."""
    file = folder / "ballast"
    with file.open("wb", buffering=0) as filled:
        with contextlib.suppress(OSError):  # full
            while True:
                filled.write(bytes(_STEP))
        filled.truncate(max(0, filled.tell() - leaving_bytes))
    try:
        yield
    finally:
        file.unlink()
