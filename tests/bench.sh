#!/usr/bin/env bash
# Measures everything in turn; run by `make bench` on a quiet machine. RECORD=docs/benchmarks.md
# appends what comes out; STORIES=FILE takes stories of a file instead of invented ones;
# HAYSTACK=PYTHON compares with Haystack, in an environment that has haystack-ai.
set -euo pipefail
cd "$(dirname "$0")/.."

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 # spinning threads measure one another
record=(${RECORD:+--record "$RECORD"})
stories=(${STORIES:+--stories "$STORIES"})
haystack=(${HAYSTACK:+--haystack "$HAYSTACK"})

kept=$(mktemp -d)
trap 'rm -rf "$kept"' EXIT
kring bench encoder use "${stories[@]}" "${record[@]}"
kring bench encoder e5 "${stories[@]}" "${record[@]}"
kring bench http "${record[@]}"
kring bench living "${stories[@]}" "${record[@]}"
kring bench vectors --keep "$kept/100k.npy" "${record[@]}"
PYTHONPATH=.:tests python -m bench.hybrid --keep "$kept/100k.npy" "${record[@]}"
PYTHONPATH=.:tests python -m bench.hybrid --documents 10000 "${haystack[@]}" "${record[@]}"
PYTHONPATH=.:tests python -m bench.beside_elasticsearch --keep "$kept/100k.npy" "${record[@]}"
PYTHONPATH=.:tests python -m bench.log "${record[@]}"
PYTHONPATH=.:tests python -m bench.distributed "${record[@]}"
PYTHONPATH=.:tests python -m bench.applying "${record[@]}"
PYTHONPATH=.:tests python -m bench.ingesting "${record[@]}"
