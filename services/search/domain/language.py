"""Which language a query is in, from the small words that carry a language."""

import re

_WORD = re.compile(r"[^\W\d_]+")

_DUTCH = """aan als bij dat de die dit door een en er geen hebben heeft het hoe hun ik in is je kan
maar meer met mijn na naar niet nog of om onze ook op over te tegen tot uit van veel voor waar wat
we wel welke wie wij willen worden wordt ze zijn zonder"""
_ENGLISH = """a about after against an and are as at be been but by can do does for from had has
have how i if in into is it its more my no not of on or our out should that the their them there
these they this to was we were what when where which who why will with without would you"""
_SMALL_WORDS = {"nl": frozenset(_DUTCH.split()), "en": frozenset(_ENGLISH.split())}


def guess_language(text: str) -> str:
    """Return ``nl`` or ``en`` when the small words of a text favour one, else an empty text."""
    words = _WORD.findall(text.lower())
    counts = {code: sum(word in small for word in words) for code, small in _SMALL_WORDS.items()}
    if counts["nl"] == counts["en"]:
        return ""
    return "nl" if counts["nl"] > counts["en"] else "en"
