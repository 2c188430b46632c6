"""The power cut of the tests takes what was not synced, and nothing else."""

from faults.power import unsynced

_WAL = "/data/ingestion.db-wal"


def test_what_was_written_after_the_last_sync_is_unsynced() -> None:
    trace = [
        f'7  pwrite64(4<{_WAL}>, ""..., 4096, 56) = 4096',
        f"7  fdatasync(4<{_WAL}>)  = 0",
        f'7  pwrite64(4<{_WAL}>, ""..., 24, 4152) = 24',
        f'7  pwrite64(4<{_WAL}>, ""..., 4096, 4176 <unfinished ...>',
    ]
    assert unsynced(trace) == {_WAL: (4152, 8272)}


def test_what_a_sync_reached_is_safe_only_when_it_returned() -> None:
    waiting = [
        f'7  pwrite64(4<{_WAL}>, ""..., 24, 56) = 24',
        f"7  fdatasync(4<{_WAL}> <unfinished ...>",
        '8  pwrite64(5</data/log.db-wal>, ""..., 24, 0) = 24',
    ]
    returned = [*waiting, "7  <... fdatasync resumed>) = 0"]
    assert unsynced(waiting) == {_WAL: (56, 80), "/data/log.db-wal": (0, 24)}
    assert unsynced(returned) == {"/data/log.db-wal": (0, 24)}
