"""Adapters of servers that ask who we are."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Guarded(Protocol):
    """Beside its own port: tells whether the server lets us in. Readiness asks it."""

    def refusal(self) -> str:
        """Return why the server does not let us in and how to mend it; empty while it does.

        A server that is merely down refuses nobody. After a refusal the server is asked again each
        time, so that it ends when it was mended; before the first one nothing is asked.
        """
        ...
