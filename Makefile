# Kring. `make help` lists what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup up check it test transformers faults upgrade cluster-test bench proto dashboards release-contract lock ci containers compose-up clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-17s %s\n", $$1, $$2}'

setup: $(STAMP) ## make the environment and install everything into it

$(STAMP): pyproject.toml constraints/py311.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kring needs Python 3.11 or newer; say which: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r constraints/py311.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $(STAMP)

up: $(STAMP) ## start Kring with the sample network; Ctrl-C stops
	$(BIN)/kring up

check: $(STAMP) ## style, types, borders, contracts
	@PATH=$(BIN):$$PATH bash tests/check.sh

it: $(STAMP) ## the tests over real Kafka, Elasticsearch, PostgreSQL and Redis
	@PATH=$(BIN):$$PATH bash tests/run.sh servers

test: check ## everything: checks, tests with coverage, journeys, the browser
	@PATH=$(BIN):$$PATH bash tests/run.sh

faults: $(STAMP) ## break every process and server in every way, and write the table: an hour
	FAULT_KILLS=$${FAULT_KILLS:-50} FAULT_TABLE=docs/faults.md $(BIN)/pytest tests/faults tests/journeys/test_journey_restore.py -q -s -p no:randomly -p no:xdist -p no:faulthandler

upgrade: $(STAMP) ## replace the release before by this one, process by process, under load
	$(BIN)/pytest tests/upgrade -q -s -p no:randomly -p no:xdist

bench: $(STAMP) ## measure Kring on this machine, each thing against something known
	@PATH=$(BIN):$$PATH bash tests/bench.sh

cluster-test: $(STAMP) ## the chart on a real Kubernetes with a real node, as root
	@PATH=$(BIN):$$PATH bash tests/cluster/run.sh $(CLUSTER)

transformers: $(STAMP) ## hold sentence-transformers to the encoder's contract: 6 GB, once
	@PATH=$(BIN):$$PATH bash tests/transformers.sh

containers: ## check Dockerfile and docker-compose.yml with the tools made for them
	@bash tests/containers.sh

compose-up: ## start everything as containers: servers, services, Prometheus, Grafana
	@test -f .env || (umask 077; sh deploy/compose/secrets.sh > .env)
	docker compose up --build --detach --wait

proto: $(STAMP) ## generate libs/contracts/gen from proto/
	$(BIN)/python proto/generate.py

release-contract: $(STAMP) ## promise the contract as it stands: from then on nothing of it may break
	$(BIN)/python tests/harness/released.py
dashboards: $(STAMP) ## write charts/kring/dashboards from deploy/dashboards.py
	$(BIN)/python -m deploy.dashboards

lock: $(STAMP) ## resolve the constraints anew
	@command -v uv >/dev/null || { echo "uv is missing: pipx install uv, or pip install uv in an environment on the PATH"; exit 1; }
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra all --extra dev pyproject.toml -o constraints/py311.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --extra all --constraint constraints/py311.txt pyproject.toml -o constraints/image.txt

clean: ## remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*
