# Settings of the scripts beside this file, which source it: where the tools and one cluster are.
# The cluster lives in network, mount and PID namespaces of its own: nothing of it listens on the
# machine, no rule of the machine's firewall is touched, and the end of one process ends it all.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
HOME_OF_CLUSTER=${XDG_CACHE_HOME:-$HOME/.cache}/kring/cluster
BIN=$HOME_OF_CLUSTER/bin               # built once for each version of hyperkube/go.mod
IMAGES=$HOME_OF_CLUSTER/images         # an archive of images, loaded when the node starts
RUN=$HOME_OF_CLUSTER/run               # the state of one cluster; wiped by `up` and `down`
K8S_VERSION=1.34.4                     # as in hyperkube/go.mod
NODE_IP=10.90.0.1                      # exists inside the cluster's namespaces only
NODE_NAME=node1
SVC_CIDR=10.96.0.0/16
API_SVC_IP=10.96.0.1
DNS_SVC_IP=10.96.0.10
POD_CIDR=10.244.0.0/16
PKI=$RUN/pki
LOG=$RUN/log
export KUBECONFIG=$RUN/admin.kubeconfig
export PATH=$BIN:$PATH:/usr/sbin:/sbin # where Debian keeps iptables and conntrack

say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
holder() { cat "$RUN/holder.pid" 2>/dev/null; }
# Is this process the init of our namespaces, and not a later one that got its number?
alive() { [ -n "${1:-}" ] && grep -qsa "$RUN/ns.ready" "/proc/$1/cmdline"; }
# Run a command inside the namespaces.
inns() { nsenter -t "$(holder)" -n -m -p --wdns="$PWD" -- "$@"; }
# Start a daemon there: its log is $LOG/NAME.log. It ends with the namespaces.
daemon() {
  local name=$1
  shift
  inns setsid "$@" >"$LOG/$name.log" 2>&1 </dev/null &
}
# wait_for SECONDS WHAT COMMAND...
wait_for() {
  local seconds=$1 what=$2 turn
  shift 2
  for ((turn = 0; turn < seconds * 5; turn++)); do
    "$@" >/dev/null 2>&1 && return 0
    sleep 0.2
  done
  say "timed out after ${seconds}s waiting for $what"
  return 1
}
