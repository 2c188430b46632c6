"""Data keys wrapped by the key of the installation, and by the keys it had before."""

import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from libs.kernel.errors import SettingsError

DATA_KEY_BYTES = 32
_NONCE_BYTES = 12


class Wrapping:
    """Wraps with AES-256-GCM, bound to the member; the newest key wraps, any of them unwraps."""

    def __init__(self, installation_keys: Sequence[str]) -> None:
        """Take the installation's keys, the newest first."""
        self._ciphers: dict[str, AESGCM] = {}
        for text in installation_keys:
            key = HKDF(SHA256(), DATA_KEY_BYTES, salt=None, info=b"kring vault").derive(
                text.encode()
            )
            name = hashlib.sha256(b"kring vault key\0" + key).hexdigest()[:16]
            self._ciphers[name] = AESGCM(key)
        self.newest = next(iter(self._ciphers))
        """The name of the key that wraps; a name tells nothing about its key."""

    def knows(self, name: str) -> bool:
        """Tell whether the key of this name is among the installation's."""
        return name in self._ciphers

    def wrap(self, member_id: str, data_key: bytes) -> bytes:
        """Return a data key wrapped by the newest key."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._ciphers[self.newest].encrypt(nonce, data_key, member_id.encode())

    def unwrap(self, member_id: str, wrapped: bytes, by: str) -> bytes:
        """Return the data key. Raises ``SettingsError`` when it does not open."""
        if by not in self._ciphers:
            raise unknown_key()
        nonce, sealed = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
        try:
            return self._ciphers[by].decrypt(nonce, sealed, member_id.encode())
        except InvalidTag as error:
            raise SettingsError(
                f"KRING_VAULT: the data key of member {member_id} is damaged: restore the vault"
                " from its backup and run `kring republish --all`."
            ) from error


def unknown_key() -> SettingsError:
    """Return what to say when data keys were wrapped by another key than those given."""
    return SettingsError(
        "KRING_VAULT_KEY is not the key that the data keys in KRING_VAULT are wrapped by. Give the"
        " former one; to change it, give both with a comma between: NEW,OLD."
    )
