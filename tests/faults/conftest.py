"""How much is broken: a few moments by default, all of them with ``make faults``."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from faults.importing import PROGRAMME
from faults.observing import ENCODER, is_at_rest
from harness.installation import Kring, Network

KILLS = int(os.environ.get("FAULT_KILLS", "5"))  # noqa: TID251  # how thorough a run is
ALL = "FAULT_KILLS" in os.environ  # noqa: TID251
CHEAP = {"KRING_ENCODER": ENCODER}
SEED = os.environ.get("FAULT_SEED", "")  # noqa: TID251  # to see a failure again


@pytest.fixture
def kring(tmp_path: Path) -> Iterator[Kring]:
    made = Kring(tmp_path / "data", **CHEAP)
    yield made
    made.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of an installation at rest: a programme, and two who know of another.

    It is copied, never run.
    """
    made = Kring(tmp_path_factory.mktemp("prepared") / "data", **CHEAP)
    try:
        made.start("--no-sample")
        network = Network(made)
        network.imported("programmes", PROGRAMME)
        work: dict[str, Any] = {
            "id": "work",
            "title": "Evenings for carers",
            "language": "en",
            "what": "We hold evenings for people who care for somebody with dementia.",
            "stage": 3,
            "themes": ["dementia", "informal_care"],
            "populations": ["carers"],
        }
        asker, asked = (
            network.person(network.member(name, PROGRAMME["id"], initiatives=[work]))
            for name in ("Ilse Fault", "Joep Fault")
        )
        made.wait_for(
            lambda: all(
                one.get("/v1/recommendations")["recommendations"] for one in (asker, asked)
            ),
            "the slates",
        )
        made.wait_for(lambda: len(made.mails()) >= 2 and is_at_rest(made.data), "the mails", 60)
        made.stop()
    finally:
        made.close()
    return made.data


@pytest.fixture
def ready(prepared: Path, tmp_path: Path) -> Iterator[Kring]:
    """Give a copy of the prepared installation, not running."""
    shutil.copytree(prepared, tmp_path / "data", ignore=shutil.ignore_patterns("run"))
    made = Kring(tmp_path / "data", **CHEAP)
    yield made
    made.close()
