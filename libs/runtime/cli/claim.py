"""Who may run on a data folder: one whole Kring, or services that run apart."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from libs.kernel.errors import SettingsError
from libs.runtime.settings import Settings


@contextmanager
def claimed(settings: Settings, *, together: bool = False) -> Iterator[None]:
    """Hold the data folder alone, or together with others that hold it so.

    Raises ``SettingsError`` if it cannot be written or is taken.
    """
    folder = settings.data / "run"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise SettingsError(
            f"KRING_DATA={settings.data}: {error.strerror}. Choose a folder that can be written."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_SH if together else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsError(
                f"Another Kring runs on {settings.data}: stop it, or choose another --data."
            ) from error
        yield
