#!/usr/bin/env bash
# The chart before a real API server, in namespaces of its own. Run by `make cluster-test`, with the
# environment's tools on the PATH. `run.sh TEST…` runs some of it.
. "$(dirname "$0")/env.sh"
cd "$HERE/../.."

cannot() { # the machine cannot do it at all, whatever is installed
  echo "Left out: the tests on a cluster: $1."
  exit 0
}
[ "$(id -u)" = 0 ] || cannot "they need root"
unshare --net --mount --pid --fork true 2>/dev/null || cannot "this machine gives no namespaces"

bash "$HERE/tools.sh"
trap 'bash "$HERE/control-plane.sh" down' EXIT
bash "$HERE/control-plane.sh" up
tests=("$@")
[ ${#tests[@]} -gt 0 ] || tests=("$HERE")
printf '── before a real Kubernetes %s\n' "$K8S_VERSION"
inns env INSIDE_CLUSTER=1 pytest "${tests[@]}" -q -rs -p no:randomly -p no:xdist -p no:cacheprovider \
  -o addopts=--import-mode=importlib -o timeout=300
