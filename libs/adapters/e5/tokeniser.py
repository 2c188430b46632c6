"""From text to the numbers of word pieces, by the unigram language model.

Kudo 2018, "Subword Regularization", arXiv:1804.10959: of all ways to cut a word into pieces, the
one whose log probabilities add up highest, found by Viterbi's algorithm. Words are cut one by one,
which gives the same as cutting the whole text, because only the first piece of a word may begin
with the mark of a space; so a word met before is looked up.
"""

import re
from array import array

from libs.adapters.e5.weights import Vocabulary

_SPACES = re.compile(" +")
_SPACE_MARK = "▁"
_UNKNOWN_PENALTY = 10.0
_SPECIAL = 4
"""The first pieces are marks and never match text."""
_MOST_WORDS = 100_000
_LONGEST_KEPT = 40


class Tokeniser:
    """Threads may share it: what is kept of a word is always the same."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Index the pieces."""
        pieces = vocabulary.pieces
        self._number_of = {pieces[n]: n for n in range(_SPECIAL, len(pieces))}
        self._scores = array("f", vocabulary.scores.tobytes())
        self._longest = max(map(len, self._number_of))
        self._unknown = vocabulary.unknown
        self._unknown_score = float(vocabulary.scores.min()) - _UNKNOWN_PENALTY
        self._replacements = dict(vocabulary.replacements)
        self._known: dict[str, list[int]] = {}

    def __call__(self, text: str) -> list[int]:
        """Return the numbers of the pieces of a text, without marks of begin and end."""
        clean = _SPACES.sub(" ", text.translate(self._replacements)).strip(" ")
        numbers: list[int] = []
        for word in clean.split(" "):
            found = self._known.get(word)
            if found is None:
                found = self._cut(_SPACE_MARK + word)
                if len(word) <= _LONGEST_KEPT and len(self._known) < _MOST_WORDS:
                    self._known[word] = found
            numbers += found
        return numbers

    def _cut(self, word: str) -> list[int]:
        """Return the most probable pieces of one word; what has no piece is unknown."""
        length = len(word)
        best = [0.0, *[float("-inf")] * length]
        begin_of = [0] * (length + 1)
        piece_at = [self._unknown] * (length + 1)
        for begin in range(length):
            reached = best[begin]
            for end in range(begin + 1, min(length, begin + self._longest) + 1):
                number = self._number_of.get(word[begin:end])
                if number is not None and reached + self._scores[number] > best[end]:
                    best[end] = reached + self._scores[number]
                    begin_of[end], piece_at[end] = begin, number
            if reached + self._unknown_score > best[begin + 1]:
                best[begin + 1] = reached + self._unknown_score
                begin_of[begin + 1], piece_at[begin + 1] = begin, self._unknown
        numbers = []
        end = length
        while end > 0:
            numbers.append(piece_at[end])
            end = begin_of[end]
        return numbers[::-1]
