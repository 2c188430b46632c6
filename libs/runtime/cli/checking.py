"""``kring doctor``: what is wrong with the settings and the data, and how to mend it."""

import errno
import shutil
import socket
from collections.abc import Callable, Sequence
from typing import Any

from libs.kernel.errors import KringError, RetryableError, SettingsError
from libs.kernel.urls import path_of, scheme
from libs.runtime.cli.claim import claimed
from libs.runtime.cli.letters import opened
from libs.runtime.cli.running import running_checks
from libs.runtime.consumer import group_of
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring

LEAST_FREE_BYTES = 500 * 1024 * 1024


def check(settings: Settings, services: Sequence[str], *, deep: bool) -> list[dict[str, Any]]:
    """Return one finding per part: what is fine, or what is wrong and how to mend it."""
    with opened(settings) as wiring:
        groups = {name: group_of(name) for name in services}
        checks: list[tuple[str, Callable[[], str]]] = [
            ("data folder", lambda: _folder(settings)),
            ("port", lambda: _port(settings)),
            ("encoder", lambda: _encoder(wiring)),
            ("event log", lambda: _bus(wiring)),
            ("vault", lambda: _vault(wiring)),
            ("mail", lambda: _mail(settings, wiring)),
            *((f"{name} database", _database(wiring, name)) for name in services),
            *wiring.checkups(groups),
            *running_checks(settings, wiring, services, is_running=_is_running(settings)),
        ]
        if deep:
            from libs.runtime.cli.deep import deep_checks  # noqa: PLC0415  # reads everything

            checks += deep_checks(wiring)
        else:
            checks.append(("index", lambda: _index(settings, wiring)))
        return [_finding(part, look) for part, look in checks]


def _finding(part: str, look: Callable[[], str]) -> dict[str, Any]:
    try:
        return {"part": part, "fine": look(), "wrong": ""}
    except (KringError, OSError) as error:
        return {"part": part, "fine": "", "wrong": str(error)}


def _folder(settings: Settings) -> str:
    settings.data.mkdir(parents=True, exist_ok=True)
    probe = settings.data / ".probe"
    probe.touch()
    probe.unlink()
    free = shutil.disk_usage(settings.data).free
    if free < LEAST_FREE_BYTES:
        raise SettingsError(f"only {free // 2**20} MiB are free: make room, or move KRING_DATA.")
    return f"{settings.data.resolve()}, {free // 2**30} GiB free"


def _port(settings: Settings) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE and _is_running(settings, together=False):
                return "in use by the Kring that runs on this data folder"
            raise SettingsError(
                f"{settings.host}:{settings.port}: {error.strerror}. Choose another KRING_PORT."
            ) from error
    return f"{settings.host}:{settings.port} is free"


def _is_running(settings: Settings, *, together: bool = True) -> bool:
    """Tell whether a whole Kring runs here; if not ``together``, or any service of one."""
    try:
        with claimed(settings, together=together):
            return False
    except SettingsError:
        return True


def _encoder(wiring: Wiring) -> str:
    encoder = wiring.encoder()
    if encoder.encode(["samen"], "query").shape != (1, encoder.dimension):
        raise SettingsError(f"{encoder.name} gives no vectors: install kring again.")
    return f"{encoder.name}, {encoder.dimension} dimensions"


def _bus(wiring: Wiring) -> str:
    wiring.bus().publish([])
    return "answers"


def _vault(wiring: Wiring) -> str:
    if not wiring.vault().is_ready():
        raise RetryableError("does not answer: see KRING_VAULT.")
    return "answers, and its key fits"


def _index(settings: Settings, wiring: Wiring) -> str:
    try:
        return f"answers; {wiring.index('search', 'stories').count()} stories"
    except SettingsError:
        if _is_running(settings):  # an embedded one has one owner
            return "in use by the Kring that runs on this data folder"
        raise


def _mail(settings: Settings, wiring: Wiring) -> str:
    wiring.mailer()
    url = settings.url(settings.mail)
    if scheme(url) == "file":
        return f"is written to {path_of(url)}; set KRING_MAIL=smtp://… to send it"
    return f"is sent by {url.rsplit('@', 1)[-1].removeprefix(f'{scheme(url)}://')}"


def _database(wiring: Wiring, name: str) -> Callable[[], str]:
    def look() -> str:
        database = wiring.database(name)
        if not database.is_ready():
            raise RetryableError("does not answer: see KRING_DATABASE.")
        letters = len(database.letters().find(limit=1000))
        waiting = database.outbox().oldest_seconds()
        return f"answers; {letters} dead letters; oldest unpublished event {waiting:.0f} s"

    return look
