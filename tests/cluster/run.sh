#!/usr/bin/env bash
# The chart on a real Kubernetes, in namespaces of its own. Run by `make cluster-test`, with the
# environment's tools on the PATH.
# run.sh          all of it, on a real node, with real Kafka, Elasticsearch, PostgreSQL and Redis
# run.sh api      what a real API server takes and refuses: no node, no image, no server
# run.sh TEST…    some tests, on a real node
# run.sh build    no test: only what all of it needs and is kept in the cache
. "$(dirname "$0")/env.sh"
cd "$HERE/../.."

cannot() { # the machine cannot do it, whatever is installed; CI must not leave anything out
  echo "The tests on a cluster cannot run here: $1."
  [ -z "${CI:-}" ] || { echo "CI must not leave anything out."; exit 1; }
  exit 0
}
[ "$(id -u)" = 0 ] || cannot "they need root"
unshare --net --mount --pid --fork true 2>/dev/null || cannot "this machine gives no namespaces"

packages() { # what a node and an image need
  local wanted=() pair
  for pair in containerd:containerd runc:runc podman:podman mmdebstrap:mmdebstrap \
    iptables:iptables conntrack:conntrack 'gcc:gcc libc6-dev'; do
    command -v "${pair%%:*}" >/dev/null || wanted+=(${pair#*:})
  done
  [ -x /usr/lib/cni/bridge ] || wanted+=(containernetworking-plugins)
  [ ${#wanted[@]} -eq 0 ] || cannot "apt-get install --no-install-recommends ${wanted[*]}"
}

mkdir -p "$HOME_OF_CLUSTER"
exec 9>"$HOME_OF_CLUSTER/lock" # one cluster at a time
flock --nonblock 9 || { say "waiting for another run to end"; flock 9; }

what=${1:-all}
bash "$HERE/tools.sh"
if [ "$what" = api ]; then
  tests=("$HERE/test_cluster_admission.py")
else
  packages
  bash "$HERE/image.sh"
  PYTHONPATH=tests python -m servers.fetched
  tests=("${@:-$HERE}")
fi
[ "$what" != build ] || exit 0

trap 'bash "$HERE/control-plane.sh" down 9>&-' EXIT
trap 'exit 143' INT TERM
bash "$HERE/control-plane.sh" up 9>&-
[ "$what" = api ] || bash "$HERE/node.sh" up 9>&-
printf '── on a real Kubernetes %s\n' "$K8S_VERSION"
# The servers of the tests listen where pods reach them: on the node's address. In the background,
# so that whoever ends this script is obeyed at once.
inns env INSIDE_CLUSTER=1 SERVERS_HOST=$NODE_IP pytest "${tests[@]}" -q -s -rs -p no:randomly -p no:xdist \
  -p no:cacheprovider -o addopts=--import-mode=importlib -o timeout=900 --durations=20 --durations-min=1 9>&- &
wait $!
