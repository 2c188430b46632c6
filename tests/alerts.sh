#!/usr/bin/env bash
# Checks the expressions of alerts and dashboards, and tests the alerts, with promtool: from the
# PATH, or from Debian's package in a folder of its own. No service is installed.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${XDG_CACHE_HOME:-$HOME/.cache}/kring/prometheus
export PATH=$PATH:$folder/usr/bin

if ! command -v promtool >/dev/null && command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
  fresh=$(mktemp -d)
  trap 'rm -rf "$fresh"' EXIT
  if (cd "$fresh" && apt-get download -qq prometheus) >/dev/null 2>&1; then
    mkdir -p "$folder"
    dpkg -x "$fresh"/prometheus_*.deb "$folder"
  fi
fi
if ! command -v promtool >/dev/null; then
  [ -z "${CI:-}" ] || { echo "promtool is missing, and CI must not leave anything out"; exit 1; }
  echo "Left out: the tests of the alerts; promtool is not installed (apt-get install prometheus)."
  exit
fi

rules=$(mktemp)
trap 'rm -rf "$rules" "${fresh:-}"' EXIT
python -m deploy.dashboards --rules >"$rules"
promtool check rules "$rules" charts/kring/alerts/*.yaml | grep -v '^$'
promtool test rules tests/alerts/*_test.yaml
