"""How the C library keeps memory: few arenas, so that what many threads free is used again."""

import ctypes
import sys

_ARENA_MAX = -8
"""``M_ARENA_MAX`` of glibc's ``mallopt``(3)."""
_ARENAS = 2


def share_arenas() -> bool:
    """Let all threads share two arenas; tell whether the C library could be told.

    To be called before threads start. glibc otherwise gives eight per processor, and what each of
    our forty threads once needed stays with its arena: a sixth more memory, for locks that nobody
    waits for under the interpreter's own. Another C library than glibc is left as it is.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_ARENA_MAX, _ARENAS))
