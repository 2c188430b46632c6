"""``kring up`` and ``kring run``: start, say where to look, wait, drain."""

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from libs.kernel.clock import SystemClock
from libs.kernel.errors import KringError
from libs.kernel.ids import Uuid7
from libs.kernel.urls import path_of
from libs.runtime.cli.claim import claimed
from libs.runtime.cli.client import ADDRESS, PROBES, Client
from libs.runtime.cli.importing import import_records
from libs.runtime.cli.sample import Sample
from libs.runtime.cli.table import read_records
from libs.runtime.lifecycle import ROLES, Process
from libs.runtime.memory import collect_rarely, share_arenas
from libs.runtime.settings import Settings

UNFINISHED = "sample.unfinished"
_TURN_SECONDS = 0.5
_SWITCH_SECONDS = 0.0005
"""Threads of several services work on one request in turn: at Python's 5 ms each may wait so long
for another that computes. A request through the gateway took half as long again."""


def up(
    settings: Settings, services: Sequence[str], console: Console, *, sample: Sample | None
) -> None:
    """Run every service in this process until SIGTERM or Ctrl-C."""
    with claimed(settings):
        process = _process(settings)
        stop = _stop_on_signals()
        try:
            process.start(services, is_alone=True)
            address = process.address()
            with _findable(settings, address), _observable(settings, process.probes()):
                client = Client(settings)
                console.print(f"\n[bold]Kring is up at {address}[/]  (data in {settings.data})")
                if sample is not None:
                    load_sample(client, sample, settings.data / UNFINISHED, console)
                _greet(client, sample, settings, console, metrics=f"{process.probes()}/metrics")
                _wait(stop)
            console.print("\nStopping: finishing what runs …")
        finally:
            process.stop()


def run(settings: Settings, service: str, roles: Sequence[str]) -> None:
    """Run some roles of one service in this process until SIGTERM."""
    with claimed(settings, together=True):
        process = _process(settings)
        stop = _stop_on_signals()
        try:
            process.start([service], roles or ROLES)
            gateway = process.running.get("gateway")
            address = gateway.address if gateway else ""
            with _findable(settings, address), _observable(settings, process.probes()):
                _wait(stop)
        finally:
            process.stop()


def load_sample(client: Client, sample: Sample, unfinished: Path, console: Console) -> None:
    """Import the sample network into an empty installation; a network in use is left alone.

    The file ``unfinished`` stands while it comes in, so that a start after a crash completes it.
    """
    if client.get("/v1/programmes", {"limit": 1})["programmes"] and not unfinished.exists():
        return
    unfinished.touch()
    for kind, path in sample.files():
        report = import_records(client, kind, read_records(path))
        if report.refused:
            raise KringError(f"The sample's {kind} were refused: {report.refused[0]}")
        console.print(f"  sample network: {report.counts.total()} {kind}")
    unfinished.unlink()


def _greet(
    client: Client, sample: Sample | None, settings: Settings, console: Console, *, metrics: str
) -> None:
    console.print(f"  pages     {client.url}/")
    console.print(f"  API docs  {client.url}/docs")
    console.print(f"  metrics   {metrics}")
    if settings.mail.startswith("file:"):
        console.print(f"  mail      {path_of(settings.url(settings.mail))}/*.eml")
    guests = [] if sample is None else sample.guests()
    if guests:
        console.print("\nSign in as (links work once; `kring link ADDRESS` makes another):")
    for guest in guests:
        link = client.post("/v1/session/links", {"email": guest["email"]})["url"]
        console.print(f"  {guest['role']:<12}{guest['name']:<20}{link}", soft_wrap=True)
    if guests:
        console.print(
            "\nThree things to try (in another terminal):\n"
            '  kring search "eenzaamheid bij ouderen"\n'
            f"  kring people {guests[0]['email']}\n"
            "  open the member's link, ask somebody to be introduced, answer as the other\n"
        )
    console.print("Ctrl-C stops; what was stored is kept.\n")


@contextmanager
def _findable(settings: Settings, address: str) -> Iterator[None]:
    """Let the command line on this data folder find the gateway; no address is none to find."""
    path = settings.data / ADDRESS
    if address:
        path.write_text(address, encoding="ascii")
    try:
        yield
    finally:
        if address and path.exists() and path.read_text(encoding="ascii") == address:
            path.unlink()  # another gateway's would stay


@contextmanager
def _observable(settings: Settings, address: str) -> Iterator[None]:
    """Let operators find the probes of this process where no setting tells their port."""
    path = settings.data / PROBES / str(os.getpid())
    if settings.probe_port == 0:
        path.parent.mkdir(exist_ok=True, mode=0o700)
        path.write_text(address, encoding="ascii")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _process(settings: Settings) -> Process:
    sys.setswitchinterval(_SWITCH_SECONDS)
    share_arenas()
    collect_rarely()
    clock = SystemClock()
    return Process(settings, clock=clock, ids=Uuid7(clock))


def _wait(stop: threading.Event) -> None:
    """Wait in turns: a signal that another thread received wakes this one only between them."""
    while not stop.wait(_TURN_SECONDS):
        pass


def _stop_on_signals() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; the second one ends the process at once."""
    stop = threading.Event()

    def on_signal(number: int, _frame: object) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    return stop
