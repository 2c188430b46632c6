"""One fact is told once, and news of one kind at most once in a window."""

import hashlib
from collections.abc import Collection, Iterable

from services.notification.domain.preference import Kind

WINDOW_SECONDS = 86_400.0


def dedupe_key(programme: str, recipient: str, kind: Kind, fact: str, window: str = "") -> str:
    """Return the key that makes a notification unique; none of the parts holds a ``|``."""
    content = f"{programme}|{recipient}|{kind.value}|{fact}|{window}"
    return hashlib.sha256(content.encode()).hexdigest()


def introduction_fact(introduction_id: str, state: str) -> str:
    """Name a transition of an introduction."""
    return f"introduction/{introduction_id}:{state}"


def ruling_fact(story_id: str, number: int) -> str:
    """Name a decision about a story."""
    return f"story/{story_id}:ruling/{number}"


def people_fact(people: Iterable[str]) -> str:
    """Name a set of people; their order makes no difference."""
    return f"people:{','.join(sorted(set(people)))}"


def window_of(due_at: float) -> str:
    """Name the window that a mail is due in."""
    return str(int(due_at // WINDOW_SECONDS))


def news(people: Iterable[str], told: Collection[str]) -> list[str]:
    """Return those who were not told of before, each once, in their order."""
    return [each for each in dict.fromkeys(people) if each not in told]


def next_due(last_due: float | None, now: float) -> float:
    """Return when the next news of a kind may leave: at once, or a window after the last."""
    return now if last_due is None else max(now, last_due + WINDOW_SECONDS)
