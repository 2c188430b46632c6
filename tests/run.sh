#!/usr/bin/env bash
# The tests: those of parts first, side by side, then those that start the whole product: the journeys,
# the crashes and the browser. Run by `make test`, with the environment's tools on the PATH;
# `tests/run.sh servers` runs only what needs real Kafka, Elasticsearch, PostgreSQL and Redis.
set -euo pipefail
cd "$(dirname "$0")/.."

# What tests write needs no disk: every fsync of the hundreds of databases would wait for one.
# The path is short, because the name of a socket may have 107 characters.
written=()
if [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ]; then
  memory=$(mktemp -d /dev/shm/XXXXXX)
  trap 'rm -rf "$memory"' EXIT
  written=(--basetemp "$memory/t")
fi

left_out() { # what is missing on this machine; CI must not leave anything out
  [ -z "${CI:-}" ] || { echo "$1, and CI must not leave anything out"; exit 1; }
  echo "Left out: $1."
}

# Those that wait longest begin first.
together=(tests/secured tests/contract tests/unit tests/badinput tests/security tests/api
  tests/architecture tests/charts)

side_by_side() { # three at a time, each with servers of its own: half of the tests mostly wait
  pytest "${together[@]}" -q -rs -p no:randomly -n 3 --dist loadfile --no-loadscope-reorder \
    "${written[@]}" "$@"
}

whole() { # one at a time: each is up to ten processes
  pytest -q -rs -p no:randomly "${written[@]}" "$@"
}

if [ "${1:-}" = servers ]; then
  side_by_side -m servers
  whole tests/journeys -m servers
  exit
fi

printf '── unit, contract, API, architecture, bad input, security, chart; real servers included\n'
rm -f .coverage .coverage.*
COVERAGE_PROCESS_START="$PWD/pyproject.toml" side_by_side --cov --cov-report=
coverage combine --append --quiet 2>/dev/null || true
coverage report --fail-under=95 | tail -n 30

browser=tests/e2e
if ! command -v chromium >/dev/null; then
  left_out "the browser tests: chromium is not installed (apt-get install chromium)"
  browser=
fi
printf '── journeys in one process and over the servers, crashes, browser\n'
whole tests/journeys tests/faults $browser
