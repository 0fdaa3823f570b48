# Terminfluss. `make` prints what there is; `make run` and `make test` set up everything on a fresh machine.

PYTHON ?= $(shell command -v python3.11 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
SERVICES := practice availability booking notify invitations
TYPED := services/_runtime/runtime $(foreach s,$(SERVICES),services/$(s)/$(s)) gateway deploy tests/load
SOURCES := services gateway deploy tests conftest.py
COMPILE := $(BIN)/pip-compile -q --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url \
	--no-emit-trusted-host --no-emit-options --no-header
COMPOSE = $(shell docker compose version >/dev/null 2>&1 && echo docker compose || echo docker-compose)

.DEFAULT_GOAL := help
.PHONY: help run test alone lint docs services services-stop bench faults images e2e lock clean setup setup-dev

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## start the product in one process, with demo data (HOST, PORT, TERMINFLUSS_HOME, DEMO_PASSWORD)
	@exec $(BIN)/python -m deploy.embedded

test: setup-dev ## run all tests (ARGS="services/booking -k race" picks); what needs a missing server says so
	$(BIN)/pytest $(ARGS)

alone: setup-dev ## build, migrate, test and run services where there is no other (SERVICE="booking notify" picks)
	@$(BIN)/python -m tests.alone $(SERVICE)

lint: setup-dev ## check style, format, types and import laws
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports

docs: setup ## write anew what is made from the code: settings, events, AsyncAPI, topology
	@$(BIN)/python -m deploy.docs

services: ## start private PostgreSQL and RabbitMQ nodes for the tests, under var/
	@$(call system_python) deploy/services.py start

services-stop: ## stop them
	@$(call system_python) deploy/services.py stop

bench: setup-dev ## measure races, speed, cost, the desk and a rush of invitations: tables, and JSON in var/bench (ARGS="--short"); needs `make services`
	$(BIN)/python -m tests.load.race
	$(BIN)/python -m tests.load.speed $(ARGS)
	$(BIN)/python -m tests.load.desk $(ARGS)
	$(BIN)/python -m tests.load.invitations $(ARGS)

faults: setup-dev ## kill and restart everything while people book: table, and JSON in var/faults (ARGS="--short", SEED=…)
	@$(BIN)/python -m tests.faults $(ARGS)

images: ## build the images of docker-compose.yml
	$(COMPOSE) build

e2e: setup-dev images ## test the product in containers, through docker-compose.yml (ARGS="-k journey" picks)
	E2E=1 $(BIN)/pytest tests/compose $(ARGS)

lock: setup-dev ## pin the dependencies of requirements*.in anew
	$(COMPILE) -o requirements.lock requirements.in
	$(COMPILE) -o requirements-dev.lock requirements-dev.in
	$(MAKE) --no-print-directory setup-dev
	$(BIN)/python -m deploy.locks

clean: ## remove the environment and caches; data in var/ stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(VENV)/stamp
setup-dev: $(VENV)/stamp-dev

# The services' helper needs the standard library only: it works before the environment is there.
system_python = $$( [ -x $(BIN)/python ] && echo $(BIN)/python || echo $(PYTHON) )

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 is needed; PYTHON=/path/to/it make … names one"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# A stamp is as old as the lock that was installed last: nothing is installed again until a lock changes.
$(VENV)/stamp: requirements.lock deploy/paths.py | $(BIN)/python
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python deploy/paths.py
	@touch $@

$(VENV)/stamp-dev: requirements-dev.lock $(VENV)/stamp
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
