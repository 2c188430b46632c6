#!/usr/bin/env bash
# node.sh up: a real node in the namespaces of control-plane.sh: Debian's containerd, runc and CNI
# plugins, our kubelet and kube-proxy, CoreDNS as cluster DNS, and the images of image.sh.
. "$(dirname "$0")/env.sh"
SOCKET=$RUN/containerd.sock
CGROUP=kringtest # parent that the kubelet stays under

containers() { inns ctr -a "$SOCKET" -n k8s.io "$@"; }

cgroups() { # the kubelet wants its root to be there in every hierarchy of version 1
  local folder
  for folder in /sys/fs/cgroup/*/; do
    [ -e "$folder/cgroup.controllers" ] && continue
    mkdir -p "$folder/$CGROUP"
    if [ -e "$folder/cpuset.cpus" ]; then
      cat "$folder/cpuset.cpus" >"$folder/$CGROUP/cpuset.cpus"
      cat "$folder/cpuset.mems" >"$folder/$CGROUP/cpuset.mems"
    fi
  done
}

network() {
  cat >"$RUN/cni/10-bridge.conflist" <<C
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$RUN/cni-ipam", "ranges": [[{"subnet": "10.244.0.0/24"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
C
}

containerd_up() {
  cat >"$RUN/containerd.toml" <<C
version = 2
root = "$RUN/containerd/root"
state = "$RUN/containerd/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$RUN/cni"
C
  daemon containerd containerd -c "$RUN/containerd.toml"
  wait_for 20 containerd inns ctr -a "$SOCKET" version
  containers images import --snapshotter overlayfs "$IMAGES/images.tar" >/dev/null
}

kubelet_up() {
  cat >"$RUN/kubelet.yaml" <<C
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$SOCKET
cgroupDriver: cgroupfs
cgroupRoot: /$CGROUP
failCgroupV1: false
failSwapOn: false
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $PKI/kubelet-server.crt
tlsPrivateKeyFile: $PKI/kubelet-server.key
clusterDNS: [$DNS_SVC_IP]
clusterDomain: cluster.local
resolvConf: $RUN/resolv.conf
podLogsDir: $RUN/varlog/pods
volumePluginDir: $RUN/kubelet-plugins
registerNode: true
evictionHard: {memory.available: 100Mi, nodefs.available: "1%", imagefs.available: "1%"}
imageGCHighThresholdPercent: 100
shutdownGracePeriod: 0s
nodeStatusUpdateFrequency: 5s
syncFrequency: 10s
C
  # The kubelet wants to set four values of the whole machine. It finds files with what it wants
  # bound over them in this mount namespace, and changes nothing.
  mkdir -p "$RUN/sysctl"
  local wish file
  for wish in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1; do
    file=$RUN/sysctl/${wish##*/}
    file=${file%=*}
    echo "${wish#*=}" >"$file"
    inns mount --bind "$file" "/proc/sys/${wish%=*}"
  done
  inns kubectl create clusterrolebinding kubelet-admin --clusterrole=system:kubelet-api-admin \
    --user=apiserver-kubelet-client >/dev/null 2>&1 || true
  daemon kubelet kubelet --config="$RUN/kubelet.yaml" --kubeconfig="$RUN/node.kubeconfig" \
    --root-dir="$RUN/kubelet" --hostname-override=$NODE_NAME --node-ip=$NODE_IP
}

proxy_up() {
  cat >"$RUN/proxy.yaml" <<C
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
clientConnection: {kubeconfig: $RUN/proxy.kubeconfig}
clusterCIDR: $POD_CIDR
hostnameOverride: $NODE_NAME
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
C
  daemon kube-proxy kube-proxy --config="$RUN/proxy.yaml"
}

dns_up() { # CoreDNS as a process on the node's address, behind the usual Service
  cat >"$RUN/Corefile" <<C
.:53 {
  bind $NODE_IP
  errors
  ready $NODE_IP:8181
  cache 5
  loadbalance
  kubernetes cluster.local in-addr.arpa {
    kubeconfig $RUN/dns.kubeconfig
  }
}
C
  inns kubectl apply -f - >/dev/null <<Y
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: system:coredns}
rules:
- {apiGroups: [""], resources: [endpoints, services, pods, namespaces], verbs: [list, watch]}
- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: system:coredns}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: system:coredns}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: system:coredns}]
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec: {clusterIP: $DNS_SVC_IP, ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns-host, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
endpoints: [{addresses: [$NODE_IP], conditions: {ready: true}}]
Y
  daemon coredns coredns -conf "$RUN/Corefile"
}

up() {
  alive "$(holder)" || { say "run control-plane.sh up first"; exit 1; }
  mkdir -p "$RUN"/{cni,varlog/containers,kubelet,kubelet-plugins}
  inns mount --bind "$RUN/varlog" /var/log # a view of its own: the kubelet links logs there
  cgroups
  network
  containerd_up
  kubelet_up
  proxy_up
  dns_up
  wait_for 60 "node $NODE_NAME" inns kubectl get node $NODE_NAME
  inns kubectl wait --for=condition=Ready "node/$NODE_NAME" --timeout=60s >/dev/null
  say "node $NODE_NAME ready"
}

case "${1:-}" in
  up) up ;;
  *) sed -n '2,3p' "$0"; exit 2 ;;
esac
