"""The vault: one data key per member, so that one deed makes a member's events unreadable."""

from collections.abc import Collection
from typing import Protocol

from libs.contracts.sealing import Keys

AUDIT_KEY = "the audit log"
"""The name under which the vault keeps the key of the audit log, as if it were a member."""


class Vault(Protocol):
    """Data keys of members, kept apart from everything that they seal.

    A key is made once and never changes. Once destroyed it is gone for good, also in the files of
    the vault, and no other is ever made for that member. All methods raise ``RetryableError`` when
    the vault cannot be reached.
    """

    def keys(self, member_ids: Collection[str]) -> Keys:
        """Return the keys of these members; those who never had one are left out."""
        ...

    def make(self, member_ids: Collection[str]) -> Keys:
        """Return the keys of all these members, made for those who never had one."""
        ...

    def destroy(self, member_id: str) -> None:
        """Destroy the key of a member, whether there was one or not; repeating it is harmless.

        Raises ``RetryableError``, too, when the key is destroyed but its bytes may still stand in
        a file, because somebody reads: repeat it then.
        """
        ...

    def drop(self, member_ids: Collection[str]) -> None:
        """Keep nothing about these members in memory: what was destroyed elsewhere counts at once.

        A vault may answer from memory for at most five minutes.
        """
        ...

    def is_ready(self) -> bool:
        """Tell whether the vault answers."""
        ...

    def close(self) -> None:
        """Release what is held."""
        ...
