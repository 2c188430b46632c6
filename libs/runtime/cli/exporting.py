"""``kring export``: everything about a member into a file."""

import io
import json
import os
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from libs.kernel.errors import KringError
from libs.runtime.cli import showing
from libs.runtime.cli.client import Client, RefusedError

_OWNER_ONLY = 0o600


def export(client: Client, person: str, out: Path | None) -> dict[str, Any]:
    """Write the archive of a member; return where it is, and how many things of what are in it.

    Raises ``KringError`` when the file is there already, before anything is asked for.
    """
    member = showing.member_id(client, person)
    path = out or Path(f"kring-{member}.zip")
    if path.exists():
        raise KringError(f"{path} is there already: name another file with --out.")
    content = client.file(f"/v1/members/{member}/export")
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            things = json.loads(archive.read("manifest.json"))["things"]
    except (BadZipFile, KeyError, ValueError) as error:
        raise RefusedError(f"{client.url} answers, but with no export.") from error
    _write(path, content)
    return {"member": member, "file": str(path), "things": things}


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
        file.write(content)
