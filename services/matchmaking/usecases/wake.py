"""Asking for background work; whoever asks in vain is found by the sweep."""

import logging
from dataclasses import dataclass

from libs.kernel.errors import RetryableError
from libs.ports.tasks import Tasks

REFRESH = "matchmaking.refresh"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wake:
    """Ask for the refreshing of marked slates soon."""

    tasks: Tasks

    def __call__(self) -> None:
        """Submit the task; a queue that is down loses nothing, because the marks are kept."""
        try:
            self.tasks.submit(REFRESH)
        except RetryableError:
            _log.warning("no queue for %s: the periodic run will find the marks", REFRESH)
