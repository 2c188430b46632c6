"""What the real servers need from the machine, or one clear line that says what is missing."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

CACHE = Path.home() / ".cache" / "kring"
"""Downloads live here, outside of the checkout, in a folder per program and version."""
JVM_HOMES = Path("/usr/lib/jvm")
_VERSION = re.compile(r'version "(\d+)')


def missing(what: str) -> NoReturn:
    """Skip the test because something is not installed; on CI that is a failure."""
    if os.environ.get("CI"):  # noqa: TID251  # set by the machine
        pytest.fail(what)
    pytest.skip(what)


def program(name: str, package: str, *folders: Path) -> Path:
    """Return where a program is, looking in these folders too."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])  # noqa: TID251
    found = shutil.which(name, path=path)
    if found is None:
        missing(f"{name} is missing: apt-get install {package}")
    return Path(found)


def java_home(at_least: int, *variables: str) -> Path:
    """Return the oldest Java on this machine that is new enough; these variables come first.

    The oldest that will do is what the server was released with.
    """
    named = [Path(home) for name in variables if (home := os.environ.get(name))]  # noqa: TID251
    for each in named:
        if _java_version(each) >= at_least:
            return each
    installed = {home: _java_version(home) for home in sorted(JVM_HOMES.glob("*"))}
    fitting = {home: version for home, version in installed.items() if version >= at_least}
    if not fitting:
        missing(f"Java {at_least} or newer is missing: install a JDK and set JAVA_HOME")
    return min(fitting, key=fitting.__getitem__)


def _java_version(home: Path) -> int:
    """Return the major version of a Java; 0 if there is none."""
    java = home / "bin" / "java"
    if not java.exists():
        return 0
    answer = subprocess.run(  # noqa: S603  # the machine's own Java
        [java, "-version"], capture_output=True, text=True, check=False
    ).stderr
    found = _VERSION.search(answer)
    return int(found.group(1)) if found else 0
