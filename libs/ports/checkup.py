"""What ``kring doctor`` asks a server, beside what the other ports promise."""

from collections.abc import Callable
from typing import NamedTuple

Look = Callable[[], str]
"""Returns in a few words what is fine; raises an error of Kring that says what to mend."""


class Checkup(NamedTuple):
    """One thing to look at; it changes nothing and is done within half a minute."""

    part: str
    look: Look
