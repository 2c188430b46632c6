"""Which requests are written down, and under what name."""

import re

from libs.kernel.policy import Reader, Role

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_WRITTEN_DOWN = re.compile(
    r"/v1/(members|programmes|keys|inbox/keys|import|republish|session/links|moderation|webhooks)\b"
    r"|/preferences/(profile|erase)|/moderation\b"
)
"""What may change who is who, who may do what, what somebody allows, and what is hidden."""
_TAKEN_AWAY = re.compile(r"/v1/members/[^/]+/export|/preferences/export")
"""What somebody takes away at once with everything about a member."""
_READ_WHOLE = re.compile(r"/v1/members\b")
_DENIED = frozenset({403, 404})


def is_written_down(method: str, path: str, reader: Reader, status: int) -> bool:
    """Tell whether a request is: changes of people and rights, whole profiles read, refusals.

    An export is, whoever asks for it. A refusal is one if somebody known asked for a thing by its
    id and may not have it.
    """
    if status in _DENIED and _ID.search(path):
        return True
    if _TAKEN_AWAY.fullmatch(path):
        return True
    if method not in _READING:
        return bool(_WRITTEN_DOWN.match(path))
    return reader.has(Role.COORDINATOR) and bool(_READ_WHOLE.match(path))


def action_of(method: str, path: str) -> str:
    """Return what was done, without whom it was done to."""
    return f"{method} {_ID.sub('{id}', path)}"


def target_of(path: str, reader: Reader) -> str:
    """Return whom or what it was done to: the first id in the path, else whoever did it."""
    found = _ID.search(path)
    return found[0] if found else reader.member_id
