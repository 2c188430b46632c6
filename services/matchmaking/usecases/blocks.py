"""Blocks that were set with an answer, told to the record of members: so they work everywhere."""

import logging
from dataclasses import dataclass

from libs.kernel.errors import RetryableError, UnavailableError
from libs.kernel.policy import Reader
from libs.ports.database import Database
from services.matchmaking.ports.registry import Registry
from services.matchmaking.ports.store import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ShareBlocks:
    """Write blocks into the profiles of those who set them; here they hold already."""

    store: Store
    database: Database
    registry: Registry

    def __call__(self) -> None:
        """Share what is not shared yet; when the record cannot be reached, a later run does it."""
        with self.database.read() as work:
            unshared = self.store.bounds.unshared(work)
            blockers = self.store.profiles.get(work, {blocker for blocker, _ in unshared})
        known = [pair for pair in unshared if pair[0] in blockers]
        for blocker_id, blocked_id in known:
            blocker = Reader(blockers[blocker_id].programme, member_id=blocker_id)
            try:
                is_kept = self.registry.block(blocker, blocked_id)
            except (RetryableError, UnavailableError):
                _log.warning("the record of members cannot be reached: blocks are shared later")
                return
            if not is_kept:
                with self.database.write() as work:
                    self.store.bounds.keep_here(work, blocker_id, blocked_id)
