#!/usr/bin/env bash
# provisioner.sh FOLDER: give every claim of class `local` that waits a folder of its own in FOLDER.
# A `local` volume, unlike one of type hostPath, gets the pod's fsGroup from the kubelet, as volumes
# of other clusters do. Runs inside the namespaces, for as long as they last.
set -u
folder=$1
columns='{.status.phase} {.spec.storageClassName} {.metadata.namespace} {.metadata.name} {.metadata.uid}'
columns+=' {.spec.resources.requests.storage} {.spec.accessModes[0]}{"\n"}'

volume() { # volume NAMESPACE CLAIM UID SIZE MODE
  mkdir -p "$folder/$3"
  kubectl create -f - <<Y
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv-$3}
spec:
  capacity: {storage: $4}
  accessModes: [$5]
  storageClassName: local
  persistentVolumeReclaimPolicy: Retain
  claimRef: {apiVersion: v1, kind: PersistentVolumeClaim, namespace: $1, name: $2, uid: $3}
  local: {path: $folder/$3}
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux]}]}]}
Y
}

while :; do
  kubectl get persistentvolumeclaims -A --watch -o jsonpath="$columns" |
    while read -r phase class namespace name uid size mode; do
      if [ "$phase" = Pending ] && [ "$class" = local ] && [ ! -d "$folder/$uid" ]; then
        volume "$namespace" "$name" "$uid" "$size" "$mode"
      fi
    done
  sleep 1
done
