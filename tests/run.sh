#!/usr/bin/env bash
# The tests: unit, contract, API and architecture in parallel; then journeys and the browser, which
# start the whole product. Run by `make test`, with the environment's tools on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -f .coverage .coverage.*
export COVERAGE_PROCESS_START="$PWD/pyproject.toml"

pytest tests/unit tests/contract tests/api tests/architecture -q -n 2 --cov --cov-report= "$@"
browser=(-m "")
if ! command -v chromium >/dev/null; then
  [ -z "${CI:-}" ] || { echo "chromium is missing and CI must not leave anything out"; exit 1; }
  echo "Left out: the browser tests, because chromium is not installed (apt-get install chromium)."
  browser=(-m "not e2e")
fi
pytest tests/journeys tests/faults tests/e2e -q -p no:randomly --cov --cov-append --cov-report= "${browser[@]}"
coverage combine --append --quiet 2>/dev/null || true
coverage report --fail-under=95 | tail -n 25
