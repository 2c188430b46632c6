"""Letting what was removed leave the engine's files.

A removed document stays in them as history for copies that fall behind. A copy's lease on history
moves on twice a minute, whatever is asked in between; what is merged before that is kept once more.
"""

import time
from collections.abc import Iterator
from typing import Any

from elasticsearch import Elasticsearch

from libs.kernel.errors import RetryableError

_MERGE_SECONDS = 600.0
_LEASE_SECONDS = 120.0
"""The engine renews leases each 30 s."""
_LOOK_SECONDS = 0.5
_PURGING = {"index.merge.policy.expunge_deletes_allowed": 0}  # by default a tenth may stay


def purge(client: Elasticsearch, alias: str) -> float:
    """Rewrite the files that hold something removed; return the seconds of mere waiting.

    Raises ``RetryableError`` when the engine keeps the history for longer.
    """
    patient = client.options(request_timeout=_MERGE_SECONDS)
    patient.indices.put_settings(index=alias, settings=_PURGING)
    patient.indices.refresh(index=alias)
    waited = _wait_for_leases(client, alias)
    patient.indices.flush(index=alias, force=True)
    patient.indices.forcemerge(index=alias, only_expunge_deletes=True)
    patient.indices.flush(index=alias, force=True)
    return waited


def _wait_for_leases(client: Elasticsearch, alias: str) -> float:
    """Wait until no lease holds a change that was made before this call."""
    begun = time.monotonic()
    newest = {copy: told["seq_no"]["max_seq_no"] for copy, told in _copies(client, alias)}
    while any(_held(told) <= newest.get(copy, -1) for copy, told in _copies(client, alias)):
        if time.monotonic() - begun > _LEASE_SECONDS:
            raise RetryableError("Elasticsearch keeps what was removed for a copy that lags behind")
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - begun


def _copies(client: Elasticsearch, alias: str) -> Iterator[tuple[tuple[str, str, str], Any]]:
    """Yield what each copy of each shard tells of itself, by index, shard and node."""
    answer = client.indices.stats(index=alias, metric="docs", level="shards")
    for index, told in answer["indices"].items():
        for shard, copies in told["shards"].items():
            for each in copies:
                yield (index, shard, each["routing"]["node"]), each


def _held(told: Any) -> int:  # noqa: ANN401  # JSON of the engine
    """Return the first change whose history a copy keeps."""
    leases = told["retention_leases"]["leases"]
    return min((int(each["retaining_seq_no"]) for each in leases), default=0)
