"""Another service's record of members, as matchmaking asks it."""

from typing import Protocol

from libs.kernel.policy import Reader


class Registry(Protocol):
    """The record of members, which another service keeps."""

    def block(self, blocker: Reader, other_id: str) -> bool:
        """Write a block into the blocker's profile; False if the record refuses it for good.

        The same one again changes nothing. Raises ``RetryableError`` or ``UnavailableError`` when
        the record cannot be reached.
        """
        ...
