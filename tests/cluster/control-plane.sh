#!/usr/bin/env bash
# control-plane.sh up | down | exec CMD... | status
# etcd, API server, controller manager and scheduler of a real Kubernetes, in the namespaces.
. "$(dirname "$0")/env.sh"

certificate() { # certificate NAME SUBJECT [SAN]
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$1.crt" \
    -extfile <(
      echo "extendedKeyUsage=serverAuth,clientAuth"
      [ -z "${3:-}" ] || echo "subjectAltName=$3"
    ) 2>/dev/null
}

pki() {
  mkdir -p "$PKI"
  pushd "$PKI" >/dev/null
  openssl ecparam -name prime256v1 -genkey -noout -out ca.key
  openssl req -x509 -new -key ca.key -days 30 -subj /CN=test-ca -out ca.crt 2>/dev/null
  openssl genrsa -out sa.key 2048 2>/dev/null
  openssl rsa -in sa.key -pubout -out sa.pub 2>/dev/null
  certificate apiserver /CN=kube-apiserver "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:$NODE_IP,IP:$API_SVC_IP"
  certificate kubelet-client /O=system:masters/CN=apiserver-kubelet-client
  certificate kubelet-server "/CN=$NODE_NAME" "DNS:$NODE_NAME,IP:$NODE_IP"
  popd >/dev/null
}

# One token for each component: token,user,uid,"groups". They live as long as the cluster.
tokens() {
  cat >"$PKI/tokens.csv" <<T
admin-token,admin,u1,"system:masters"
kcm-token,system:kube-controller-manager,u2
scheduler-token,system:kube-scheduler,u3
node-token,system:node:$NODE_NAME,u4,"system:nodes"
proxy-token,system:kube-proxy,u5
dns-token,system:coredns,u6
T
}

kubeconfig() { # kubeconfig FILE TOKEN
  cat >"$1" <<C
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443", certificate-authority: $PKI/ca.crt}}]
users: [{name: u, user: {token: $2}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
C
}

# The namespaces. Their init is a bash that reaps orphans; /run is private, and names are asked of
# the cluster's own DNS. The two ends of a link with carrier that leads nowhere are the network.
namespaces() {
  printf 'nameserver %s\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5 timeout:1 attempts:1\n' \
    "$NODE_IP" >"$RUN/resolv.conf"
  setsid unshare --net --mount --pid --fork --kill-child --mount-proc --propagation slave bash -c '
    mount --make-rshared / && mount -t tmpfs -o mode=755 run /run && mkdir -p /run/lock
    mount --bind '"$RUN"'/resolv.conf /etc/resolv.conf
    ip link set lo up
    ip link add node0 type veth peer name node0p
    ip link set node0 up; ip link set node0p up
    ip addr add '"$NODE_IP"'/24 dev node0; ip route add default dev node0
    echo 1 >/proc/sys/net/ipv4/ip_forward
    touch '"$RUN"'/ns.ready; while :; do sleep 3600 & wait $!; done' >"$LOG/holder.log" 2>&1 </dev/null &
  local outer=$!
  wait_for 10 namespaces test -e "$RUN/ns.ready"
  pgrep -P "$outer" >"$RUN/holder.pid"
}

api_server() {
  daemon etcd etcd --data-dir "$RUN/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380
  daemon kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
    --bind-address=0.0.0.0 --secure-port=6443 --advertise-address="$NODE_IP" \
    --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --client-ca-file="$PKI/ca.crt" --token-auth-file="$PKI/tokens.csv" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$PKI/sa.pub" --service-account-signing-key-file="$PKI/sa.key" \
    --kubelet-client-certificate="$PKI/kubelet-client.crt" --kubelet-client-key="$PKI/kubelet-client.key" \
    --kubelet-preferred-address-types=InternalIP \
    --service-cluster-ip-range=$SVC_CIDR --allow-privileged=true --profiling=false
  wait_for 90 kube-apiserver inns kubectl get --raw /readyz
}

controllers() {
  daemon kube-controller-manager kube-controller-manager --kubeconfig="$RUN/kcm.kubeconfig" \
    --authentication-kubeconfig="$RUN/kcm.kubeconfig" --authorization-kubeconfig="$RUN/kcm.kubeconfig" \
    --use-service-account-credentials=true --service-account-private-key-file="$PKI/sa.key" \
    --root-ca-file="$PKI/ca.crt" --cluster-signing-cert-file="$PKI/ca.crt" \
    --cluster-signing-key-file="$PKI/ca.key" \
    --allocate-node-cidrs=true --cluster-cidr=$POD_CIDR --leader-elect=false
  daemon kube-scheduler kube-scheduler --kubeconfig="$RUN/scheduler.kubeconfig" \
    --authentication-kubeconfig="$RUN/scheduler.kubeconfig" \
    --authorization-kubeconfig="$RUN/scheduler.kubeconfig" --leader-elect=false
  wait_for 60 "default service account" inns kubectl get serviceaccount default
  inns kubectl apply -f - >/dev/null <<'Y'
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: local, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: example.invalid/provisioner.sh
Y
  daemon provisioner "$HERE/provisioner.sh" "$RUN/pv"
}

up() {
  alive "$(holder)" && { say "already up"; return 0; }
  down
  mkdir -p "$RUN" "$LOG"
  pki
  tokens
  for name in admin kcm scheduler node proxy dns; do kubeconfig "$RUN/$name.kubeconfig" "$name-token"; done
  namespaces
  api_server
  controllers
  say "control plane up"
}

down() {
  local init
  init=$(holder) || true
  if alive "${init:-}"; then
    kill -9 "$init" # the kernel ends all the rest
    wait_for 20 "the end of the namespaces" bash -c "! kill -0 $init" || true
  fi
  for folder in /sys/fs/cgroup/*/kringtest /sys/fs/cgroup/kringtest; do # left by the kubelet: empty
    [ -d "$folder" ] && find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  rm -rf "$RUN"
  local left
  left=$(traces)
  [ -z "$left" ] || { say "left behind: $left"; return 1; }
}

traces() { # what of a cluster is on the machine: processes, mounts, links, cgroups
  pgrep -af "$RUN/" || true
  grep -F "$RUN/" /proc/self/mounts || true
  ip -brief link 2>/dev/null | grep -E '^(node0|cni0)' || true
  find /sys/fs/cgroup -maxdepth 2 -name kringtest
}

case "${1:-}" in
  up) up ;;
  down)
    down
    say "torn down, nothing is left"
    ;;
  exec) shift; inns "$@" ;;
  status) inns ps -eo pid,rss,etime,comm; inns kubectl get pods -A -o wide ;;
  *) sed -n '2,3p' "$0"; exit 2 ;;
esac
