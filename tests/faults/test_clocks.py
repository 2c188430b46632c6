"""The clock of the tests jumps for the process that has it, and for no wait."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from faults.clocks import JumpingClock
from faults.conftest import ALL

pytestmark = pytest.mark.skipif(not ALL, reason="`make faults` needs a C compiler, others do not")

_TELL = """
import sys, time
for line in sys.stdin:
    begun = time.monotonic()
    time.sleep(0.01)
    print(time.time(), time.monotonic() - begun, flush=True)
"""


def test_the_time_of_day_jumps_and_a_wait_is_as_long_as_before(tmp_path: Path) -> None:
    clock = JumpingClock(tmp_path)
    argv = [sys.executable, "-c", _TELL]
    with subprocess.Popen(  # noqa: S603  # ourselves
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clock.settings
    ) as process:

        def look() -> tuple[float, float]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            now, waited = process.stdout.readline().split()
            return float(now), float(waited)

        before, _ = look()
        clock.set_off(timedelta(hours=1))
        ahead, waited = look()
        clock.set_off(timedelta(hours=-1))
        behind, _ = look()
        process.stdin.close()  # type: ignore[union-attr]  # a pipe
    assert 3600 <= ahead - before < 3660
    assert -3600 <= behind - before < -3540
    assert 0.01 <= waited < 60
