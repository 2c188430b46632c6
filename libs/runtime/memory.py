"""How memory is kept: in few arenas, giving back what is free, and rarely looked through."""

import ctypes
import gc
import sys

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``mallopt``(3)."""
_ARENAS = 2
_TRIM_THRESHOLD = -1
"""``M_TRIM_THRESHOLD``; to set it also keeps large blocks out of the arenas for good."""
_KEPT_BYTES = 65_536
_NEW_OBJECTS = 50_000
_YOUNG, _OLD = 20, 50


def collect_rarely() -> None:
    """Let the interpreter look for garbage in cycles after 50,000 new objects instead of 700.

    A batch of events is that many, and none of them is garbage yet: to look through them again and
    again took a quarter of a consumer's time.
    """
    gc.set_threshold(_NEW_OBJECTS, _YOUNG, _OLD)


def share_arenas() -> bool:
    """Let all threads share two arenas that keep little; tell whether the C library could be told.

    To be called before threads start. glibc otherwise gives eight per processor, and what each of
    our forty threads once needed stays with its arena, as do the large blocks of a start: a sixth
    more memory, for locks that nobody waits for under the interpreter's own. Another C library
    than glibc is left as it is.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_ARENA_MAX, _ARENAS)) and bool(mallopt(_TRIM_THRESHOLD, _KEPT_BYTES))
