#!/bin/sh
# Prints fresh secrets in the form of a .env file; `make compose-up` keeps them the first time.
set -eu
for name in KRING_SECRET KRING_OPERATOR_KEY KRING_VAULT_KEY POSTGRES_PASSWORD GRAFANA_PASSWORD; do
  printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
done
