"""The cluster that `make cluster-test` starts; without it nothing here runs."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def cluster() -> None:
    """Skip unless this runs inside a cluster's namespaces."""
    if "INSIDE_CLUSTER" not in os.environ:  # noqa: TID251  # tests/cluster/run.sh sets it
        pytest.skip("this needs a cluster: make cluster-test")
