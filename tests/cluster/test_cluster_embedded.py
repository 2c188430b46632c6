"""The embedded profile on a real node: one pod, one volume, and nothing accepted is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.charts import CHART
from harness.cluster import OPERATOR_KEY, namespace, wait_for
from harness.deployed import Release
from harness.writers import Writers

pytestmark = pytest.mark.cluster
VALUES = (CHART / "values-embedded.yaml", Path(__file__).parent / "values" / "embedded.yaml")


@pytest.fixture(scope="module")
def release() -> Iterator[Release]:
    with namespace("embedded") as home:
        release = Release(home, VALUES)
        release.install()
        yield release
        release.uninstall()


@pytest.fixture(scope="module")
def writers(release: Release) -> Iterator[Writers]:
    writers = Writers(release.url, {"authorization": f"Bearer {OPERATOR_KEY}"})
    writers.make_programme()
    yield writers
    print(f"\nembedded: {writers.told()}")  # noqa: T201  # run.sh shows it


def test_it_becomes_ready_and_answers(release: Release) -> None:
    (pod,) = release.pods()
    assert pod["status"]["phase"] == "Running"
    said = release.test()
    assert "gateway: answers" in said
    assert "a search: 0 found" in said


def test_the_death_of_its_pod_under_load_loses_nothing(release: Release, writers: Writers) -> None:
    with writers.writing("death"):
        wait_for(lambda: len(writers.accepted) >= 20, "stories to be accepted")
        release.delete_pod("all")
        goal = len(writers.accepted) + 20
        wait_for(lambda: len(writers.accepted) >= goal, "more stories to be accepted")
    writers.assert_nothing_is_lost()


def test_a_new_version_and_the_way_back_lose_nothing(release: Release, writers: Writers) -> None:
    with writers.writing("version"):
        release.upgrade("image.tag=new")
        assert release.images() == {"localhost/kring:new"}
        release.roll_back()
        assert release.images() == {"localhost/kring:old"}
    writers.assert_nothing_is_lost()
    assert "a search:" in release.test()


def test_its_volume_outlives_it(release: Release, writers: Writers) -> None:
    release.uninstall()
    release.install()
    writers.assert_nothing_is_lost()
    for size in release.sizes():
        print(f"\n{size}")  # noqa: T201  # run.sh shows it
