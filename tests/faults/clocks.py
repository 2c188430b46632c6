"""A clock that jumps, for one process alone."""

import struct
import subprocess
from datetime import timedelta
from pathlib import Path

from servers.needs import program

_SOURCE = Path(__file__).with_name("clock.c")
_SECONDS = struct.Struct("@l")


class JumpingClock:
    """What a process that is started with ``settings`` takes for the time of day."""

    def __init__(self, folder: Path) -> None:
        """Compile what stands between the process and the kernel into a folder."""
        compiler = program("cc", "gcc")
        library = folder / "clock.so"
        subprocess.run(  # noqa: S603  # the machine's compiler on a file of ours
            [compiler, "-O2", "-shared", "-fPIC", "-o", library, _SOURCE], check=True
        )
        self._file = folder / "clock"
        self._file.write_bytes(_SECONDS.pack(0))
        self.settings = {"LD_PRELOAD": str(library), "JUMPING_CLOCK": str(self._file)}

    def set_off(self, by: timedelta) -> None:
        """Let the clock be wrong by so much from now on."""
        with self._file.open("r+b") as file:
            file.write(_SECONDS.pack(int(by.total_seconds())))
