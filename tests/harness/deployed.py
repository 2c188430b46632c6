"""A release of the chart in a namespace of a real Kubernetes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from harness.charts import CHART, Object, helm
from harness.cluster import WAIT_SECONDS, Namespace, run, wait_for

NAME = "kring"
KIBIBYTES = 1024  # in a mebibyte


class Size(NamedTuple):
    """What one pod takes."""

    role: str
    mebibytes: int
    """What its process had in memory at most so far."""
    ready_seconds: float
    """From the start of its container until it was ready."""


@dataclass(frozen=True, slots=True)
class Release:
    """The release ``kring``, with the values files that it is always given."""

    home: Namespace
    values: Sequence[Path]

    @property
    def url(self) -> str:
        """Where the gateway is reached inside the cluster."""
        return f"http://{NAME}-gateway.{self.home.name}.svc.cluster.local:8080"

    def install(self, *settings: str) -> None:
        """Install it and wait until everything is ready."""
        self._helm("install", NAME, str(CHART), *self._values(settings), *_waiting())

    def upgrade(self, *settings: str, values: Sequence[Path] = ()) -> None:
        """Upgrade it, with values files before those it always has, and wait."""
        files = self._values(settings, values)
        self._helm("upgrade", NAME, str(CHART), *files, *_waiting())

    def roll_back(self) -> None:
        """Go back to the revision before, and wait."""
        self._helm("rollback", NAME, *_waiting())

    def test(self) -> str:
        """Run ``helm test``; return what the test said."""
        self._helm("test", NAME, "--timeout", "120s")
        return self.home.kubectl("logs", f"{NAME}-test")

    def uninstall(self) -> None:
        self._helm("uninstall", NAME, "--wait", "--timeout", "120s")

    def kring(self, role: str, *arguments: str) -> str:
        """Run the command line in a pod of a role; return what it said."""
        return self.home.kubectl("exec", f"deployment/{NAME}-{role}", "--", "kring", *arguments)

    def pods(self, role: str = "") -> list[Object]:
        """Return the pods of the workloads, or those of one role, which are not about to end."""
        chosen = f"app.kubernetes.io/instance={NAME},pod-template-hash"
        chosen += f",app.kubernetes.io/component={role}" if role else ""
        found = self.home.get("pods", "--selector", chosen)
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def images(self) -> set[str]:
        """Return the images of the pods that are ready."""
        ready = [pod for pod in self.pods() if _ready_since(pod)]
        return {status["image"] for pod in ready for status in pod["status"]["containerStatuses"]}

    def sizes(self) -> list[Size]:
        """Return what each pod that is ready takes, by role."""
        return sorted(
            Size(
                pod["metadata"]["labels"]["app.kubernetes.io/component"],
                self._most_memory(pod["metadata"]["name"]) // KIBIBYTES,
                (since - _started(pod)).total_seconds(),
            )
            for pod in self.pods()
            if (since := _ready_since(pod))
        )

    def delete_pod(self, role: str) -> None:
        """Delete one pod of a role and wait until there are as many as before, all ready."""
        before = {pod["metadata"]["name"] for pod in self.pods(role)}
        self.home.kubectl("delete", "pod", min(before), "--wait=false")

        def is_back() -> bool:
            now = {pod["metadata"]["name"] for pod in self.pods(role) if _ready_since(pod)}
            return len(now) >= len(before) and min(before) not in now

        wait_for(is_back, f"{role} to be back")

    def _most_memory(self, pod: str) -> int:
        """Return the kibibytes that the process of a pod had in memory at most."""
        status = self.home.kubectl("exec", pod, "--", "cat", "/proc/1/status")
        (line,) = [each for each in status.splitlines() if each.startswith("VmHWM")]
        return int(line.split()[1])

    def _values(self, settings: Sequence[str], more: Sequence[Path] = ()) -> list[str]:
        files = [part for path in (*more, *self.values) for part in ("--values", str(path))]
        return [*files, *(part for each in settings for part in ("--set", each))]

    def _helm(self, *arguments: str) -> str:
        return run(helm(), "--namespace", self.home.name, *arguments)


def _waiting() -> tuple[str, ...]:
    return ("--wait", "--timeout", f"{WAIT_SECONDS}s")


def _ready_since(pod: Object) -> datetime | None:
    """Return when a pod became ready; None if it is not."""
    for each in pod["status"].get("conditions", []):
        if each["type"] == "Ready" and each["status"] == "True":
            return datetime.fromisoformat(each["lastTransitionTime"])
    return None


def _started(pod: Object) -> datetime:
    (status,) = pod["status"]["containerStatuses"]
    return datetime.fromisoformat(status["state"]["running"]["startedAt"])
