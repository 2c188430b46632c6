#!/usr/bin/env bash
# The checks, fast ones first. Run by `make check`, with the environment's tools on the PATH.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '── %s\n' "$*"; "$@"; }

step ruff format --check --quiet .
step ruff check --quiet .
step lint-imports --no-cache
step codespell libs services deploy charts/kring/alerts docs proto examples README.md Makefile
step deptry .
step buf lint proto
step buf format --diff --exit-code proto
step buf breaking proto --against proto/baseline.binpb
step python proto/generate.py --check
step python -m deploy.dashboards --check
step bash tests/alerts.sh
step mypy
