"""A real Elasticsearch: the minimal distribution, with the language analyzers it lacks."""

import base64
import hashlib
import json
import os
import pwd
import secrets
import shutil
import ssl
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from servers.certificates import Authority, Pair, shown
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

ADMIN = "administrator"
PASSWORD = "administrators-secret"
_ROUNDS = 10_000


@dataclass(slots=True)
class Elasticsearch:
    """One running node on a loopback port; without an authority it asks nobody who they are."""

    server: Server
    port: int
    home: Path
    begin: Callable[[], Server]
    authority: Authority | None = None

    @property
    def data(self) -> Path:
        """Return where it keeps everything."""
        return self.home / "data"

    @property
    def url(self) -> str:
        """Return the setting ``KRING_INDEX`` that chooses it."""
        return f"elasticsearch://{HOST}:{self.port}"

    def enrol(self, user: str, password: str, privileges: Sequence[str]) -> None:
        """Let one user come in with a password, with these rights on indexes named after it.

        The minimal distribution cannot keep users in an index; they stand in files that it looks at
        every now and then.
        """
        config = self.home / "config"
        role = {"indices": [{"names": [f"{user}-*"], "privileges": [*privileges]}]}
        (config / "roles.yml").write_text(f"{user}: {json.dumps(role)}\n")
        _write_users(config, {user: password})
        self.server.wait_for(lambda: self._knows(user, password, "write" in privileges))

    def _knows(self, user: str, password: str, may_write: bool) -> bool:
        asked = {"index": [{"names": [f"{user}-x"], "privileges": ["write"]}]}
        path, who = "/_security/user/_has_privileges", (user, password)
        try:
            answer = ask(self.port, self.authority, "POST", path, asked, who=who)
        except OSError:
            return False
        return bool(answer["has_all_requested"] is may_write)

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """Let no index be written for a while, as a disk that is nearly full does."""
        path, block = "/_all/_settings", "index.blocks.read_only_allow_delete"
        ask(self.port, self.authority, "PUT", path, {block: True})
        try:
            yield
        finally:
            ask(self.port, self.authority, "PUT", path, {block: None})

    def start(self) -> None:
        """Start it again on the data that is there."""
        self.server = self.begin()

    def secured_url(self, credentials: str = "", **options: object) -> str:
        """Return the setting for ``user:password``, or for what the options say."""
        assert self.authority is not None
        given = {"ca": self.authority.ca, "replicas": 0, **options}
        query = "&".join(f"{name}={value}" for name, value in given.items())
        who = f"{credentials}@" if credentials else ""
        return f"elasticsearch+https://{who}{HOST}:{self.port}?{query}"

    def show(self, pair: Pair) -> None:
        """Let it show another certificate; it looks at its files every now and then."""
        pair.write(self.home / "config", "server")
        self.server.wait_for(lambda: shown(self.port) == pair.certificate)


@contextmanager
def running(authority: Authority | None = None) -> Iterator[Elasticsearch]:
    """Run one node with its data in a temporary folder; skip where it cannot be had.

    With an authority it speaks TLS, and only ``ADMIN`` may come in, with ``PASSWORD``.
    """
    java = _java()
    unpacked = distribution()
    # Not pytest's folder: no other user may enter that one.
    with tempfile.TemporaryDirectory(prefix="kring-elasticsearch-") as name:
        home = Path(name, "home")
        shutil.copytree(unpacked, home)
        port, transport = free_ports(2)
        _configure(home, port, transport)
        if authority:
            _secure(home, authority)
        begin = partial(
            Server.start,
            [home / "bin" / "elasticsearch"],
            ready=lambda: _answers(port, authority),
            log=Path(name, "elasticsearch.log"),
            env={"ES_JAVA_HOME": str(java), "ES_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP}"},
            user=_owned_by_its_user(Path(name)),
            cwd=home,
        )
        node = Elasticsearch(begin(), port, home, begin, authority)
        try:
            yield node
        finally:
            node.server.stop()


def _java() -> Path:
    return java_home(LEAST_JAVA, "ES_JAVA_HOME", "JAVA_HOME")


def _answers(port: int, authority: Authority | None) -> bool:
    try:
        health = ask(port, authority, "GET", "/_cluster/health?wait_for_status=yellow&timeout=1s")
    except OSError:
        return False
    return health["status"] in {"yellow", "green"}


def ask(
    port: int,
    authority: Authority | None,
    method: str,
    path: str,
    body: object = None,
    *,
    who: tuple[str, str] = (ADMIN, PASSWORD),
) -> dict[str, Any]:
    """Return what a node answers its administrator, or somebody else."""
    request = urllib.request.Request(  # noqa: S310  # loopback
        f"http{'s' if authority else ''}://{HOST}:{port}{path}",
        data=json.dumps(body).encode() if body is not None else None,
        headers={"content-type": "application/json"},
        method=method,
    )
    context = None
    if authority:
        context = ssl.create_default_context(cafile=authority.ca)
        pair = base64.b64encode(":".join(who).encode()).decode()
        request.add_header("authorization", f"Basic {pair}")
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as error:
        raise OSError(f"{method} {path}: {error.read().decode()}") from error


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


def _secure(home: Path, authority: Authority) -> None:
    """Let it speak TLS and know one administrator."""
    config = home / "config"
    certificate, key = authority.issue("elasticsearch").write(config, "server")
    settings = {
        "xpack.security.enabled": True,
        "xpack.security.http.ssl.enabled": True,
        "xpack.security.http.ssl.certificate": certificate.name,
        "xpack.security.http.ssl.key": key.name,
        "xpack.license.self_generated.type": "basic",
        "resource.reload.interval.high": "500ms",
    }
    file = config / "elasticsearch.yml"
    kept = file.read_text(encoding="ascii").replace("xpack.security.enabled: false\n", "")
    lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in settings.items())
    file.write_text(f"{kept}\n{lines}\n", encoding="ascii")
    (config / "roles.yml").write_text("")
    _write_users(config, {})


def _write_users(config: Path, users: Mapping[str, str]) -> None:
    known = {ADMIN: PASSWORD, **users}
    lines = "".join(f"{user}:{_hashed(password)}\n" for user, password in known.items())
    (config / "users_roles").write_text(
        f"superuser:{ADMIN}\n" + "".join(f"{user}:{user}\n" for user in users)
    )
    (config / "users").write_text(lines)


def _hashed(password: str) -> str:
    """Return a password as its file of users has it."""
    salt = secrets.token_bytes(32)
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS, dklen=32)
    parts = (base64.b64encode(each).decode() for each in (salt, derived))
    return f"{{PBKDF2}}{_ROUNDS}${'$'.join(parts)}"


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
