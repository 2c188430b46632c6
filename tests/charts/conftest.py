"""The profiles of the chart, each rendered once."""

import pytest
from harness.charts import PROFILES, Object, PodOf, pods, rendered


@pytest.fixture(params=PROFILES)
def profile(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def objects(profile: str) -> list[Object]:
    return rendered(profile)


@pytest.fixture
def every_pod(objects: list[Object]) -> list[PodOf]:
    """Give each pod of a profile: of workloads, hooks and tests."""
    return list(pods(objects))


@pytest.fixture
def workloads(every_pod: list[PodOf]) -> list[PodOf]:
    """Give the pods that run all the time."""
    return [pod for pod in every_pod if pod.owner["kind"] == "Deployment"]
