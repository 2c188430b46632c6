"""A real Elasticsearch: the minimal distribution, with the language analyzers it lacks."""

import hashlib
import json
import os
import pwd
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from servers.needs import CACHE, java_home, program
from servers.ports import HOST, free_ports
from servers.process import Server

VERSION = "9.2.0"
ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
LEAST_JAVA = 21
HEAP = "512m"
ANALYZERS = Path(__file__).with_name("elasticsearch_analyzers")
USER = "daemon"
"""Elasticsearch refuses to run as root: then it runs as this user."""


@dataclass(frozen=True, slots=True)
class Elasticsearch:
    """One running node, without security, on a loopback port."""

    server: Server
    port: int
    data: Path
    """Where it keeps everything."""

    @property
    def url(self) -> str:
        """Return the setting ``KRING_INDEX`` that chooses it."""
        return f"elasticsearch://{HOST}:{self.port}"


@contextmanager
def running() -> Iterator[Elasticsearch]:
    """Run one node with its data in a temporary folder; skip where it cannot be had."""
    java = _java()
    unpacked = distribution()
    # Not pytest's folder: no other user may enter that one.
    with tempfile.TemporaryDirectory(prefix="kring-elasticsearch-") as name:
        home = Path(name, "home")
        shutil.copytree(unpacked, home)
        port, transport = free_ports(2)
        _configure(home, port, transport)
        server = Server.start(
            [home / "bin" / "elasticsearch"],
            ready=lambda: _answers(port),
            log=Path(name, "elasticsearch.log"),
            env={"ES_JAVA_HOME": str(java), "ES_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP}"},
            user=_owned_by_its_user(Path(name)),
            cwd=home,
        )
        try:
            yield Elasticsearch(server, port, home / "data")
        finally:
            server.stop()


def _java() -> Path:
    return java_home(LEAST_JAVA, "ES_JAVA_HOME", "JAVA_HOME")


def _answers(port: int) -> bool:
    health = f"http://{HOST}:{port}/_cluster/health?wait_for_status=yellow&timeout=1s"
    try:
        with urllib.request.urlopen(health, timeout=5) as answer:  # loopback
            return json.load(answer)["status"] in {"yellow", "green"}
    except OSError:
        return False


def _configure(home: Path, port: int, transport: int) -> None:
    settings = {
        "cluster.name": "kring-tests",
        "discovery.type": "single-node",
        "http.host": HOST,
        "http.port": port,
        "transport.host": HOST,
        "transport.port": transport,
        "xpack.security.enabled": False,
        # A disk that others fill must not make indexes read-only in the middle of a test.
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }
    lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in settings.items())
    (home / "config" / "elasticsearch.yml").write_text(lines, encoding="ascii")


def _owned_by_its_user(folder: Path) -> str | None:
    """Return whom the node runs as, None for ourselves; the folder is given to that user."""
    if os.geteuid() != 0:
        return None
    user = pwd.getpwnam(USER)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    return USER


def distribution() -> Path:
    """Return the unpacked distribution with our plugin, made once for each version of both."""
    sources = [path.read_bytes() for path in sorted(ANALYZERS.iterdir())]
    stamp = hashlib.sha256(b"\0".join(sources)).hexdigest()[:8]
    kept = CACHE / f"elasticsearch-{VERSION}-{stamp}"
    if not kept.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as name:
            home = _unpacked(Path(name))
            _add_analyzers(home, _java())
            home.rename(kept)
    return kept


def _unpacked(folder: Path) -> Path:
    maven = program("mvn", "maven")
    # ``get`` tells nobody where the file is; ``copy`` puts it where it is told.
    for goal, extra in (("get", "-Dtransitive=false"), ("copy", f"-DoutputDirectory={folder}")):
        command = [str(maven), "-q", "-B", f"dependency:{goal}", f"-Dartifact={ARTIFACT}", extra]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603
    with ZipFile(folder / f"elasticsearch-{VERSION}.zip") as archive:
        archive.extractall(folder)  # from the registry, not from a stranger
    home = folder / f"elasticsearch-{VERSION}"
    for script in (home / "bin").iterdir():
        script.chmod(0o755)  # ZipFile forgets who may run what
    return home


def _add_analyzers(home: Path, java: Path) -> None:
    """Compile our two analyzers and lay them where the node looks for plugins."""
    plugin = home / "plugins" / "language-analyzers"
    plugin.mkdir(parents=True)
    classes = home.with_name("classes")
    command: list[str | Path] = [java / "bin" / "javac", "-proc:none"]
    command += ["--release", str(LEAST_JAVA)]
    command += ["-cp", f"{home}/lib/*", "-d", classes, *sorted(ANALYZERS.glob("*.java"))]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  # the machine's own
    with ZipFile(plugin / "language-analyzers.jar", "w") as jar:
        for path in sorted(classes.rglob("*.class")):
            jar.write(path, path.relative_to(classes))
    for description in ("named_components.json", "stable-plugin-descriptor.properties"):
        shutil.copy(ANALYZERS / description, plugin)
