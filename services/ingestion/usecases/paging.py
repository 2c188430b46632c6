"""Pages of a list: an opaque cursor says where the last one ended."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from libs.kernel.errors import InvalidError
from libs.kernel.ids import is_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page; ``cursor`` is empty on the last one."""

    items: Sequence[T]
    cursor: str = ""


def position(cursor: str) -> str:
    """Return the id at which the last page ended, empty for the first page.

    A cursor is a place in a list and no right: whatever it says, the reader's filter holds.
    """
    if not cursor:
        return ""
    try:
        place = base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii")
    except (ValueError, binascii.Error):
        place = ""
    if not is_id(place):
        raise InvalidError(
            "Send the cursor of the last page unchanged.", fields={"cursor": "is none"}
        )
    return place


def page(found: Sequence[T], ids: Sequence[str], limit: int) -> Page[T]:
    """Return the first ``limit`` of one more that was asked for."""
    if len(found) <= limit:
        return Page(found)
    cursor = base64.urlsafe_b64encode(ids[limit - 1].encode("ascii")).decode("ascii")
    return Page(found[:limit], cursor)
