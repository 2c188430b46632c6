"""``kring restored``: after databases were restored beside a log, a vault and indexes of today."""

from collections.abc import Sequence

from libs.kernel.clock import SystemClock
from libs.kernel.errors import RetryableError, SettingsError
from libs.kernel.ids import Uuid7
from libs.runtime.cli.claim import claimed
from libs.runtime.cli.letters import opened
from libs.runtime.consumer import group_of
from libs.runtime.lifecycle import Process
from libs.runtime.restoring import Done, Restoring
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring


def restored(settings: Settings, services: Sequence[str], *, is_vault_lost: bool) -> Done:
    """Make all services agree with what is newer than their databases; return what each did.

    Raises ``SettingsError`` while Kring runs.
    """
    with claimed(settings), opened(settings) as wiring:
        _refuse_running(wiring, services)
        clock = SystemClock()
        process = Process(settings, clock=clock, ids=Uuid7(clock))
        try:
            return Restoring(process, wiring.bus(), clock)(services, is_vault_lost=is_vault_lost)
        finally:
            process.stop()


def _refuse_running(wiring: Wiring, services: Sequence[str]) -> None:
    """Raise ``SettingsError`` when the servers know of somebody who consumes for a service."""
    consumers = {f"{name} consumers": name for name in services}
    groups = {name: group_of(name) for name in services}
    for checkup in wiring.checkups(groups):
        if checkup.part not in consumers:
            continue
        try:
            told = checkup.look()
        except RetryableError:
            continue  # nobody does
        raise SettingsError(
            f"{consumers[checkup.part]} runs ({told}): stop every process of Kring. One that was"
            " killed counts for 45 seconds more."
        )
