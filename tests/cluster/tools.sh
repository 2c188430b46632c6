#!/usr/bin/env bash
# tools.sh [helm]: Helm, and without an argument all of Kubernetes, built from source through the
# Go module proxy into the cache. Takes 1 to 2 minutes for Helm and 6 to 12 for all the first time,
# nothing when they are there.
. "$(dirname "$0")/env.sh"

have() { [ -x "$BIN/$1" ]; }
if have helm && { [ "${1:-}" = helm ] || have hyperkube; }; then exit 0; fi
if ! command -v go >/dev/null; then
  echo "Go is missing: install it, as new as tests/cluster/hyperkube/go.mod says" >&2
  exit 1
fi
say "building ${1:-Kubernetes $K8S_VERSION and Helm} from source, once"
mkdir -p "$BIN"
cd "$HERE/hyperkube"
export CGO_ENABLED=0
base=k8s.io/component-base/version
flags="-s -w -X $base.gitVersion=v$K8S_VERSION -X $base.gitMajor=1 -X $base.gitMinor=$(cut -d. -f2 <<<"$K8S_VERSION")"
flags+=" -X $base.gitTreeState=clean"
flags+=" -X helm.sh/helm/v3/internal/version.version=$(go list -m -f '{{.Version}}' helm.sh/helm/v3)"
nice go build -trimpath -o "$BIN/" -ldflags "$flags" helm.sh/helm/v3/cmd/helm
[ "${1:-}" = helm ] && exit 0
nice go build -trimpath -o "$BIN/" -ldflags "$flags" .
for tool in etcd coredns kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl; do
  ln -sf hyperkube "$BIN/$tool"
done
