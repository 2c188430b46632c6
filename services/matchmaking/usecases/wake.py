"""Asking for background work; whoever asks in vain is found by the sweep."""

import logging
from dataclasses import dataclass

from libs.kernel.errors import RetryableError
from libs.ports.tasks import Tasks

REFRESH = "matchmaking.refresh"
UPKEEP = "matchmaking.upkeep"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wake:
    """Ask for one background job soon."""

    tasks: Tasks
    name: str

    def __call__(self) -> None:
        """Submit the task; a queue that is down loses nothing: the database tells what is due."""
        try:
            self.tasks.submit(self.name)
        except RetryableError:
            _log.warning("no queue for %s: the periodic run will find what is due", self.name)
