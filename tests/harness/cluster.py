"""A real Kubernetes from inside its namespaces, by kubectl and Helm."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.charts import CHART, Object, helm

WAIT_SECONDS = 60
LOOK_AGAIN_SECONDS = 0.2
QUOTA: Object = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "limits"},
    "spec": {"hard": {"limits.cpu": "100", "limits.memory": "100Gi"}},
}
"""With it a pod that does not say its limits is refused."""


class RefusedError(AssertionError):
    """A command ended badly; the message is what it said."""


def _run(*command: str | Path, stdin: str = "") -> str:
    done = subprocess.run(  # noqa: S603  # the tools of the cluster
        command, input=stdin, capture_output=True, text=True, check=False, timeout=WAIT_SECONDS
    )
    if done.returncode:
        raise RefusedError(f"{' '.join(map(str, command[:4]))}: {done.stderr}{done.stdout}")
    return done.stdout


def kubectl(*arguments: str, stdin: str = "") -> str:
    """Run kubectl; raises ``RefusedError`` with what it said."""
    return _run("kubectl", *arguments, stdin=stdin)


def _listed(objects: Sequence[Object], namespace: str = "") -> str:
    """Return objects as one text, in a namespace where they name none."""
    home = {"namespace": namespace} if namespace else {}
    items = [{**each, "metadata": {**home, **each["metadata"]}} for each in objects]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def wait_for(look: Callable[[], bool], what: str) -> None:
    """Look again and again until something is true."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not look():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {WAIT_SECONDS} s for {what}")
        time.sleep(LOOK_AGAIN_SECONDS)


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace of the cluster, for pods that are restricted and say their limits."""

    name: str

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        return kubectl("--namespace", self.name, *arguments, stdin=stdin)

    def get(self, kind: str, *arguments: str) -> list[Object]:
        """Return the objects of a kind."""
        text = self.kubectl("get", kind, "--output", "json", *arguments)
        items: list[Object] = json.loads(text)["items"]
        return items

    def apply(self, *objects: Object) -> None:
        """Send objects."""
        self.kubectl("apply", "-f", "-", stdin=_listed(objects))

    def check(self, *objects: Object) -> None:
        """Let the API server look at objects as it does before it takes them, and keep nothing."""
        strict = ("--dry-run=server", "--validate=strict")
        _run("kubectl", "apply", *strict, "-f", "-", stdin=_listed(objects, self.name))


@contextmanager
def namespace(name: str) -> Iterator[Namespace]:
    """Give a namespace that enforces pod security «restricted», and limits."""
    labels = {
        f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")
    }
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    kubectl("apply", "-f", "-", stdin=json.dumps(made))
    here = Namespace(name)
    here.apply(QUOTA)
    wait_for(lambda: bool(here.get("serviceaccounts")), "the service account")
    try:
        yield here
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


def install(home: Namespace, *settings: str) -> None:
    """Install the chart as release ``kring``."""
    chosen = [part for each in settings for part in ("--set", each)]
    _run(helm(), "--namespace", home.name, "install", "kring", CHART, *chosen)
