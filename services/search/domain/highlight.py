"""The few words of a passage that show why it was found."""

import re
from collections import Counter

_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")
LONGEST = 280


def highlight(passage: str, query: str, *, longest: int = LONGEST) -> str:
    """Return a stretch of the passage of at most ``longest`` characters, around the query's words.

    Plain text, never markup; cut at words, with an ellipsis where something is left out.
    """
    text = _SPACE.sub(" ", passage).strip()
    if len(text) <= longest:
        return text
    start = _best_start(text, query, longest)
    end = start + longest
    if end < len(text):
        end = max(text.rfind(" ", start, end), start + longest // 2)
    before = "… " if start else ""
    after = " …" if end < len(text) else ""
    return f"{before}{text[start:end].strip()}{after}"


def _best_start(text: str, query: str, longest: int) -> int:
    """Return where the window with the most different query words begins, at a word."""
    wanted = {word for word in _WORD.findall(query.lower()) if len(word) > 3}  # noqa: PLR2004  # short words are everywhere
    places = [
        (match.start(), word)
        for match in _WORD.finditer(text)
        if (word := match.group().lower()) in wanted
    ]
    best, most, after = 0, 0, 0
    window: Counter[str] = Counter()
    for place, word in places:
        while after < len(places) and places[after][0] < place + longest - 40:
            window[places[after][1]] += 1
            after += 1
        if len(window) > most:
            best, most = place, len(window)
        window[word] -= 1
        if not window[word]:
            del window[word]
    if best <= longest // 4:
        return 0
    return text.rfind(" ", 0, best - longest // 8) + 1
