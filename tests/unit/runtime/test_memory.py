"""Threads share the arenas of the C library, and garbage is rarely looked for."""

import gc
import subprocess
import sys
from pathlib import Path

import pytest

from libs.runtime.memory import collect_rarely

ROOT = Path(__file__).resolve().parents[3]
ALLOCATE_IN_THREADS = """
import ctypes, re, sys, threading
from libs.runtime.memory import share_arenas
if sys.argv[2] == "shared":
    assert share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
together = threading.Barrier(12)
def allocate():
    together.wait()
    libc.malloc(100_000)
threads = [threading.Thread(target=allocate) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="about glibc")
def test_many_threads_use_two_arenas(tmp_path: Path) -> None:
    counted = {}
    for way in ("shared", "as it is"):
        report = tmp_path / "malloc.xml"
        subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-c", ALLOCATE_IN_THREADS, str(report), way], cwd=ROOT, check=True
        )
        counted[way] = report.read_text().count("<heap nr=")

    assert counted["shared"] <= 2 < counted["as it is"]


def test_a_batch_is_made_without_a_look_for_garbage() -> None:
    before = gc.get_threshold()
    looks: list[str] = []

    def note(phase: str, _told: object) -> None:
        looks.append(phase)

    try:
        collect_rarely()
        gc.collect()
        gc.callbacks.append(note)
        kept = [[number] for number in range(30_000)]
        gc.callbacks.remove(note)
    finally:
        gc.set_threshold(*before)

    assert (len(kept), looks) == (30_000, [])
