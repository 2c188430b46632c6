"""A real Kubernetes from inside its namespaces, by kubectl."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.charts import Object

WAIT_SECONDS = 400
LOOK_AGAIN_SECONDS = 0.2
SECRET = "kring"  # its name
OPERATOR_KEY = "operator-0123456789abcdef"
KEYS = {
    "secret": "secret-0123456789abcdefgh",
    "vault-key": "vault-0123456789abcdefghi",
    "operator-key": OPERATOR_KEY,
}
QUOTA: Object = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "limits"},
    "spec": {"hard": {"limits.cpu": "100", "limits.memory": "100Gi"}},
}
"""With it a pod that does not say its limits is refused."""


class RefusedError(AssertionError):
    """A command ended badly; the message is what it said."""


def run(*command: str | Path, stdin: str = "") -> str:
    """Run a tool of the cluster; raises ``RefusedError`` with what it said."""
    done = subprocess.run(  # noqa: S603  # the tools of the cluster
        command, input=stdin, capture_output=True, text=True, check=False, timeout=WAIT_SECONDS * 2
    )
    if done.returncode:
        raise RefusedError(f"{' '.join(map(str, command[:4]))}: {done.stderr}{done.stdout}")
    return done.stdout


def kubectl(*arguments: str, stdin: str = "") -> str:
    """Run kubectl; raises ``RefusedError`` with what it said."""
    return run("kubectl", *arguments, stdin=stdin)


def _listed(objects: Sequence[Object], namespace: str = "") -> str:
    """Return objects as one text, in a namespace where they name none."""
    home = {"namespace": namespace} if namespace else {}
    items = [{**each, "metadata": {**home, **each["metadata"]}} for each in objects]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items})


def wait_for(look: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
    """Look again and again until something is true."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
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
        run("kubectl", "apply", *strict, "-f", "-", stdin=_listed(objects, self.name))

    def keep_secret(self, name: str, values: dict[str, str]) -> None:
        """Make a Secret."""
        kind = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}}
        self.apply({**kind, "stringData": values})


@contextmanager
def namespace(name: str) -> Iterator[Namespace]:
    """Give a namespace that enforces pod security «restricted», with Kring's own Secret."""
    labels = {
        f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn", "audit")
    }
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    kubectl("apply", "-f", "-", stdin=json.dumps(made))
    here = Namespace(name)
    here.apply(QUOTA)
    wait_for(lambda: bool(here.get("serviceaccounts")), "the service account")
    here.keep_secret(SECRET, KEYS)
    try:
        yield here
    finally:
        kubectl("delete", "namespace", name, "--wait=false")
