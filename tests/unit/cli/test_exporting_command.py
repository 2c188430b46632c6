"""``kring export``: a file that only its owner may read, or a sentence that says why not."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from harness.desk import Desk, served
from pydantic import SecretStr

from libs.kernel.errors import KringError
from libs.runtime.cli.client import AbsentError, Client, RefusedError
from libs.runtime.cli.exporting import export
from libs.runtime.settings import Settings

ANNA = "01900000-0000-7000-8000-0000000000b1"


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk, tmp_path: Path) -> Iterator[Client]:
    settings = Settings(data=tmp_path, operator_key=SecretStr("operator-key"))
    with served(desk) as url:
        opened = Client(settings, url=url, key="operator-key")
        yield opened
        opened.close()


def archive(**files: object) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w") as made:
        for name, body in files.items():
            made.writestr(f"{name}.json", json.dumps(body))
    return content.getvalue()


def test_everything_goes_into_a_new_file_of_ones_own(
    client: Client, desk: Desk, tmp_path: Path
) -> None:
    desk.body = archive(manifest={"things": {"ingestion": {"profile": 1}}})
    out = tmp_path / "anna.zip"
    found = export(client, ANNA, out)

    assert desk.asked[-1][:2] == ("GET", f"/v1/members/{ANNA}/export")
    assert found == {"member": ANNA, "file": str(out), "things": {"ingestion": {"profile": 1}}}
    assert out.read_bytes() == desk.body
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_there_is_never_written_over(
    client: Client, desk: Desk, tmp_path: Path
) -> None:
    out = tmp_path / "anna.zip"
    out.write_text("mine")
    with pytest.raises(KringError, match="is there already: name another file with --out"):
        export(client, ANNA, out)

    assert out.read_text() == "mine"
    assert desk.asked == []


@pytest.mark.parametrize("body", [b"no zip", archive(other={}), archive(manifest={})])
def test_what_is_no_export_is_not_written(
    client: Client, desk: Desk, tmp_path: Path, body: bytes
) -> None:
    desk.body = body
    with pytest.raises(RefusedError, match="with no export"):
        export(client, ANNA, tmp_path / "anna.zip")

    assert list(tmp_path.glob("*.zip")) == []


def test_a_member_who_is_not_there_is_told_as_such(
    client: Client, desk: Desk, tmp_path: Path
) -> None:
    desk.status = 404
    desk.body = b'{"title": "There is no such thing", "detail": "There is no such member."}'
    with pytest.raises(AbsentError, match="There is no such member"):
        export(client, ANNA, tmp_path / "anna.zip")
