"""``kring audit``: whether the chain of deeds is whole, and anchors to keep elsewhere."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from libs.kernel.audit import Entry, fault
from libs.kernel.errors import KringError
from libs.ports.database import Audit
from libs.ports.vault import AUDIT_KEY
from libs.runtime.cli.letters import opened
from libs.runtime.settings import Settings
from libs.runtime.wiring import Wiring

KEEPER = "gateway"
"""The service that writes down what is done: everybody comes through its door."""


class BrokenChainError(KringError):
    """The audit log is not what was written down."""


def verify(settings: Settings, anchors: Path | None) -> dict[str, Any]:
    """Return how many entries there are, all in their places.

    Raises ``BrokenChainError`` that says where the first fault is.
    """
    kept = _read(anchors) if anchors else {}
    with opened(settings) as wiring:
        audit, key = _audit(wiring)
        count = 0

        def counted() -> Iterator[Entry]:
            nonlocal count
            for each in audit.entries():
                count += 1
                yield each

        wrong = fault(key, counted(), kept)
    if wrong:
        raise BrokenChainError(f"the audit log was tampered with: {wrong}.")
    return {"entries": count, "anchors": len(kept)}


def anchor(settings: Settings) -> str:
    """Return the last entry as an anchor: keep it where nobody who runs Kring can change it."""
    last: Entry | None = None
    with opened(settings) as wiring:
        for each in _audit(wiring)[0].entries():
            last = each
    if last is None:
        raise KringError("nothing was written down yet.")
    return f"{last.sequence} {last.digest}"


def entries(settings: Settings, target: str) -> list[dict[str, Any]]:
    """Return what was done to somebody or something, or by them, oldest first."""
    with opened(settings) as wiring:
        return [
            _described(each)
            for each in _audit(wiring)[0].entries()
            if not target or target in {each.deed.target, each.deed.actor}
        ]


def _audit(wiring: Wiring) -> tuple[Audit, bytes]:
    key = wiring.vault().make([AUDIT_KEY])[AUDIT_KEY] or b""
    return wiring.database(KEEPER).audit(key), key


def _read(path: Path) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        sequence, _, digest = line.partition(" ")
        if not (sequence.isdigit() and digest.strip()):
            raise KringError(f"{path}:{number}: an anchor is a number and a digest.")
        found[int(sequence)] = digest.strip()
    return found


def _described(each: Entry) -> dict[str, Any]:
    deed = each.deed
    return {
        "sequence": each.sequence,
        "at": datetime.fromtimestamp(deed.at, UTC).isoformat(),
        "actor": deed.actor,
        "role": deed.role,
        "programme": deed.programme,
        "action": deed.action,
        "target": deed.target,
        "outcome": deed.outcome,
    }
