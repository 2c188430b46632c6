"""The chart as Helm renders it, for tests that read the objects. No cluster is needed."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml  # type: ignore[import-untyped]  # it ships no types
from servers.needs import CACHE, missing

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "kring"
VALUES = ROOT / "tests" / "charts" / "values"
TOOLS = CACHE / "cluster" / "bin"
NEWEST = ("1.37", "1.36", "1.35")
"""The minor versions of Kubernetes that manifests are held to."""
PROFILES: Mapping[str, tuple[Path, ...]] = {
    "split": (VALUES / "servers.yaml",),
    "embedded": (CHART / "values-embedded.yaml", VALUES / "one.yaml"),
    "scaled": (CHART / "values-scaled.yaml", VALUES / "servers.yaml"),
    "wide": (VALUES / "wide.yaml",),
}
"""Each values file of the chart with what it needs beside itself, and one that says everything."""
KEDA = "keda.sh/v1alpha1"
KINDS_OF_PODS = {"Deployment", "Job", "Pod"}

Object = dict[str, Any]
"""One Kubernetes object."""


class PodOf(NamedTuple):
    """The pod that an object makes."""

    owner: Object
    metadata: Object
    spec: Object

    @property
    def name(self) -> str:
        return f"{self.owner['kind']} {self.owner['metadata']['name']}"

    @property
    def role(self) -> str:
        role: str = self.metadata["labels"]["app.kubernetes.io/component"]
        return role

    @property
    def container(self) -> Object:
        """Its only container."""
        (container,) = self.spec["containers"]
        return container  # type: ignore[no-any-return]


@cache
def helm() -> Path:
    """Return Helm: the one built for the tests of the cluster, or the machine's."""
    path = os.pathsep.join([str(TOOLS), os.environ.get("PATH", "")])  # noqa: TID251
    found = shutil.which("helm", path=path)
    if found is None:
        missing("helm is missing: bash tests/cluster/tools.sh helm")
    return Path(found)


def template(
    *values: Path,
    version: str = NEWEST[0],
    kinds: tuple[str, ...] = (KEDA,),
    more: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Render the chart as release ``kring`` for a cluster that has these kinds beside its own."""
    files = [part for path in values for part in ("--values", str(path))]
    known = [part for kind in kinds for part in ("--api-versions", kind)]
    return subprocess.run(  # noqa: S603  # our own chart
        [
            *(helm(), "template", "kring", CHART, "--namespace", "ring", "--kube-version", version),
            *known,
            *files,
            *more,
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def read(text: str) -> list[Object]:
    """Return the objects of a stream of YAML documents."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [each for each in yaml.load_all(text, Loader=loader) if each]


@cache
def rendered(profile: str, version: str = NEWEST[0]) -> list[Object]:
    """Return the objects of a profile; do not change them."""
    done = template(*PROFILES[profile], version=version)
    assert done.returncode == 0, done.stderr
    return read(done.stdout)


def refusal(*more: str, profile: str = "split") -> str:
    """Return what Helm says when it refuses a profile with these arguments added."""
    done = template(*PROFILES[profile], more=more)
    assert done.returncode != 0, "it was accepted"
    return done.stderr


def of_kind(objects: list[Object], kind: str) -> dict[str, Object]:
    """Return the objects of a kind by name."""
    return {each["metadata"]["name"]: each for each in objects if each["kind"] == kind}


def pods(objects: list[Object]) -> Iterator[PodOf]:
    """Yield every pod that these objects make."""
    for owner in objects:
        if owner["kind"] == "Pod":
            yield PodOf(owner, owner["metadata"], owner["spec"])
        elif owner["kind"] in KINDS_OF_PODS:
            template = owner["spec"]["template"]
            yield PodOf(owner, template["metadata"], template["spec"])
