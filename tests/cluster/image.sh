#!/usr/bin/env bash
# image.sh: the project's image, by the steps of its Dockerfile, as two versions of it (`old` and
# `new`, which says so in a label), and the image of a pod's pause, as one archive in the cache. The
# base is Debian's own Python: no registry of images is asked. Nothing is built if nothing changed.
. "$(dirname "$0")/env.sh"
ROOT=$(cd "$HERE/../.." && pwd)
BASE=localhost/kring-base:bookworm
STORE=$HOME_OF_CLUSTER/podman

podman_() { podman --root "$STORE" --runroot "$STORE/run" --storage-driver overlay "$@"; }

base() {
  podman_ image exists "$BASE" && return
  local archive=$HOME_OF_CLUSTER/debian.tar
  [ -s "$archive" ] || {
    say "making a Debian with Python to build on, once"
    mmdebstrap --quiet --mode=root --format=tar --variant=minbase \
      --include=ca-certificates,python3,python3-venv,python-is-python3 bookworm "$archive.part"
    mv "$archive.part" "$archive"
  }
  podman_ import --quiet "$archive" "$BASE" >/dev/null
}

build() { # build TAG OPTION...
  local tag=$1 mounts=()
  shift
  [ -e /etc/pip.conf ] && mounts+=(--volume /etc/pip.conf:/etc/pip.conf:ro)
  podman_ build --quiet --isolation=chroot --network=host --pull=never --build-arg "BASE=$BASE" \
    --volume /etc/ssl/certs/ca-certificates.crt:/etc/ssl/certs/ca-certificates.crt:ro "${mounts[@]}" \
    --tag "localhost/$tag" "$@" "$ROOT" >/dev/null
}

pause() {
  local folder
  folder=$(mktemp -d)
  gcc -Os -static -s -o "$folder/pause" "$HERE/pause.c"
  printf 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n' >"$folder/Dockerfile"
  podman_ build --quiet --isolation=chroot --tag localhost/pause:1 "$folder" >/dev/null
  rm -rf "$folder"
}

made_from() { # what the image is made from, as one number
  cd "$ROOT"
  find Dockerfile .dockerignore pyproject.toml README.md LICENSE constraints libs services "$HERE/image.sh" \
    -type f ! -path '*/__pycache__/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16
}

mkdir -p "$IMAGES"
stamp=$(made_from)
[ "$(cat "$IMAGES/stamp" 2>/dev/null)" != "$stamp" ] || exit 0
base
say "building the image"
rm -rf "${IMAGES:?}"/*
pause
for stage in dependencies build; do # kept by name: the next build begins where this one is the same
  build "kring-$stage" --target "$stage"
done
for version in old new; do
  build "kring:$version" --label "org.opencontainers.image.version=$version"
done
podman_ image prune --force >/dev/null
podman_ save --quiet --multi-image-archive --format docker-archive --output "$IMAGES/images.tar" \
  localhost/pause:1 localhost/kring:old localhost/kring:new
echo "$stamp" >"$IMAGES/stamp"
