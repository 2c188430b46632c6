#!/usr/bin/env bash
# The tests: those in one process first, side by side; then those that start the whole product: the
# journeys, the crashes and the browser. Run by `make test`, with the environment's tools on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -f .coverage .coverage.*
# What tests write needs no disk: every fsync of the hundreds of databases would wait for one.
if [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -n 1)" -gt 4000000 ]; then
  PYTEST_DEBUG_TEMPROOT=$(mktemp -d /dev/shm/kring-tests.XXXX)
  export PYTEST_DEBUG_TEMPROOT
  trap 'rm -rf "$PYTEST_DEBUG_TEMPROOT"' EXIT
fi
export COVERAGE_PROCESS_START="$PWD/pyproject.toml"

printf '── unit, contract, API, architecture, bad input, security\n'
pytest tests/unit tests/contract tests/api tests/architecture tests/badinput tests/security \
  -q -n 2 --dist loadfile --cov --cov-report= "$@"

browser=tests/e2e
if ! command -v chromium >/dev/null; then
  [ -z "${CI:-}" ] || { echo "chromium is missing, and CI must not leave anything out"; exit 1; }
  echo "Left out: the browser tests, because chromium is not installed (apt-get install chromium)."
  browser=
fi
printf '── journeys, crashes, browser\n'
pytest tests/journeys tests/faults $browser \
  -q -p no:randomly --cov --cov-append --cov-report=

coverage combine --append --quiet 2>/dev/null || true
coverage report --fail-under=95 | tail -n 30
