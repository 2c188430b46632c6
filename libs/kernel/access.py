"""Whether a server lets us in, remembered from what it said last."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from libs.kernel.errors import AccessError, RetryableError


class Access:
    """Notes refusals as they happen, and asks again only after one.

    So a server that is down costs no time, and one that was mended is noticed though nobody else
    asks it.
    """

    def __init__(self) -> None:
        """Nothing was refused yet."""
        self._refusal = ""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note a refusal that happens inside; it goes on to whoever asked."""
        try:
            yield
        except AccessError as error:
            self.note(str(error))
            raise

    def note(self, refusal: str) -> None:
        """Remember why we were refused, in a sentence; an empty one changes nothing."""
        self._refusal = refusal or self._refusal

    def refusal(self, probe: Callable[[], object]) -> str:
        """Return the refusal that still holds, empty if there is none.

        ``probe`` asks the server for what was refused: ``AccessError`` says that it still is.
        """
        if self._refusal:
            try:
                probe()
            except AccessError as error:
                self._refusal = str(error)
            except RetryableError:
                pass  # no answer: nobody knows
            else:
                self._refusal = ""
        return self._refusal
