"""The operator's table of rights on the brokers, as the code has them now.

``PYTHONPATH=.:tests python tests/harness/rights.py`` writes it anew.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from harness.contracts import built

from libs.contracts.brokers import Brokers
from libs.contracts.rights import rights_of
from libs.runtime.consumer import group_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "operator.md"
_PLACE = re.compile(r"(<!-- made by tests/harness/rights.py -->\n).*?(<!-- end -->)", re.DOTALL)
_HEAD = (
    "| service | *Create*, *Write* | *Create*, *Read* | group: *Read*, *Delete* |\n"
    + "|---" * 4
    + "|"
)


def reads() -> dict[str, list[str]]:
    """Return the topics that each service follows; nothing is started."""
    with built() as process:
        return {
            name: sorted(topic.name for topic in running.service.handlers)
            for name, running in process.running.items()
        }


def table() -> str:
    """Return the rights of every service, a row each."""
    rows = [_row(name, topics) for name, topics in sorted(reads().items())]
    return "\n".join([_HEAD, *rows]) + "\n"


def document() -> str:
    """Return the operator's document with the table of now in it."""
    kept = DOCUMENT.read_text(encoding="utf-8")
    return _PLACE.sub(lambda found: f"{found[1]}{table()}{found[2]}", kept)


def _row(service: str, topics: Iterable[str]) -> str:
    found: dict[tuple[str, ...], list[str]] = {}
    for right in rights_of(service, topics, group_of(service), brokers=Brokers("")):
        name = f"`{right.name}{'*' * right.is_prefix}`"
        found.setdefault((right.resource, *right.operations), []).append(name)
    columns = ("topic", "Create", "Write"), ("topic", "Create", "Read"), ("group", "Read", "Delete")
    return f"| {service} | {' | '.join(', '.join(found.get(each, [])) for each in columns)} |"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT.name} is as the code is\n")
