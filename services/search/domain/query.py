"""What is asked, and where one page of the answer ends."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from libs.kernel.errors import InvalidError
from libs.kernel.policy import All, Filter, Not, Term

FACETS = ("kind", "theme", "population", "stage", "language", "programme")
"""Keyword fields that a search can be narrowed by and that it counts."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question in words, narrowed by facet values; values of one facet are alternatives.

    What has one of the ids in ``besides`` is no answer.
    """

    text: str
    narrowed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    limit: int = 10
    cursor: str = ""
    besides: tuple[str, ...] = ()

    def condition(self, visible: Filter) -> Filter:
        """Return the filter of both legs: what the reader may see, narrowed as asked."""
        chosen = [
            Term(name, tuple(values)) for name, values in sorted(self.narrowed.items()) if values
        ]
        return All((visible, Not(Term("id", self.besides)), *chosen))


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page begins in a ranking that was kept under a key."""

    key: str
    offset: int

    def encode(self) -> str:
        """Return the opaque text."""
        return base64.urlsafe_b64encode(json.dumps([self.key, self.offset]).encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Return the cursor; raises ``InvalidError`` if we did not make it."""
        try:
            key, offset = json.loads(base64.b64decode(text, altchars=b"-_", validate=True))
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise InvalidError("The cursor is not one of ours: start without one.") from error
        if not isinstance(key, str) or not isinstance(offset, int) or offset < 0:
            raise InvalidError("The cursor is not one of ours: start without one.")
        return cls(key, offset)
