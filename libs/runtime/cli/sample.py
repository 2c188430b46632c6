"""The sample network: what a first start shows."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("programmes", "members", "stories")


@dataclass(frozen=True, slots=True)
class Sample:
    """A folder with one file per kind, and whom to sign in at a first start."""

    folder: Path
    people: tuple[str, ...]

    def files(self) -> list[tuple[str, Path]]:
        """Return the kinds with their files, in the order in which they refer to one another."""
        return [(kind, self.folder / f"{kind}.jsonl") for kind in KINDS]

    def guests(self) -> list[dict[str, Any]]:
        """Return the records of the people whose sign-in links are printed."""
        lines = (self.folder / "members.jsonl").read_text(encoding="utf-8").splitlines()
        members = {member["id"]: member for member in map(json.loads, lines)}
        return [members[identity] for identity in self.people]
