# Targets only call tools/, which is typed and tested.
.DEFAULT_GOAL := help
.PHONY: help up down schedule ingest status psql logs backup restore postgres-upgrade test test-slow test-api test-dash test-prefect \
	test-tools test-locust lint format types migrations audit lock bench load screenshots images \
	deploy-check mutants attack check-city setup clean

# The first supported interpreter; choose another by make PYTHON=/usr/bin/python3.12 …
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
ifeq ($(PYTHON),)
$(error Python 3.11, 3.12 or 3.13 is needed and was not found)
endif
# Compiled modules are kept under .local: without them Prefect takes twice as long to start. Not with sudo:
# root would own the compiled modules, and .local with them.
RUN := PYTHONDONTWRITEBYTECODE=$(if $(SUDO_USER),1) PYTHONPYCACHEPREFIX='$(CURDIR)/.local/cache/pycache' PYTHONUNBUFFERED=1 $(PYTHON) -m
SUITES ?= api dash prefect locust tools
ARGS ?=
DETACH ?=

help: ## List the targets
	@echo "make TARGET"; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

up: ## Run the whole system until Ctrl-C or make down; DETACH=1 returns as soon as it responds
	@$(RUN) tools.up $(if $(DETACH),--detach)

down: ## Stop the system; the data is kept
	@$(RUN) tools.down

schedule: ## Install systemd units that start the system at boot and run the pipeline nightly; ARGS=off removes them, ARGS=show prints them
	@# As in RUN, with sudo or without.
	@PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m tools.schedule $(ARGS)

ingest: ## Run the pipeline in the running system; ARGS="--dry-run" is passed to flow.py
	@$(RUN) tools.session ingest $(ARGS)

check-city: ## Compare the declaration of a city with its portal; CITY=nyc and, for another portal, ARGS="--portal URL"
	@$(RUN) tools.check_city $(ARGS)

status: ## Show what is running, and the addresses
	@$(RUN) tools.session status

psql: ## Open the running system's database; ROLE=loader or ROLE=reader for fewer privileges
	@$(RUN) tools.session psql $(ROLE)

backup: ## Save the running system's data; TO=folder
	@$(RUN) tools.backup save $(TO)

restore: ## Restore a backup; FROM=folder and, to replace existing data, REPLACE=1
	@$(RUN) tools.backup restore $(FROM) $(if $(REPLACE),--replace)

postgres-upgrade: ## Rehearse a major upgrade of Postgres with the running system's data; TO=17
	@$(RUN) tools.postgres_upgrade $(TO)

logs: ## Follow all logs of the running system
	@$(RUN) tools.session logs

mutants: ## Run mutation tests, and list the surviving mutants in docs/mutants.md
	@$(RUN) tools.mutants $(ARGS)

setup: ## Install packages and environments without starting anything
	@$(RUN) tools.apt --tests
	@$(RUN) tools.environments

test: ## Run linters, type checks and the tests of all services, against private servers
	@$(RUN) tools.check all

test-slow: ## Run what `make test` leaves out: many random seeds and killed runs, a million rows, every page on every screen; SUITES="api dash" selects suites
	@$(RUN) tools.check test $(SUITES) -- -m slow $(ARGS)

test-api: ## Test the API; ARGS="-k NAME -x" is passed to pytest
	@$(RUN) tools.check test api -- $(ARGS)

test-dash: ## Test the reports
	@$(RUN) tools.check test dash -- $(ARGS)

test-prefect: ## Test the pipeline and the sample portal
	@$(RUN) tools.check test prefect -- $(ARGS)

test-tools: ## Test the make targets, and whether the parts of the repository agree
	@$(RUN) tools.check test tools -- $(ARGS)

test-locust: ## Test the load tests, with a small run of make load
	@$(RUN) tools.check test locust -- $(ARGS)

migrations: ## Migrate a new database up, down to nothing, and up again
	@$(RUN) tools.migrate

audit: ## Check the lock files of FOLDER against published security advisories
	@$(RUN) tools.ci audit $(FOLDER)

lint: ## Run ruff, yamllint, actionlint, zizmor and shellcheck; report lock files and generated documents that are out of date
	@$(RUN) tools.check lint

format: ## Fix what ruff can fix, and write the generated documents
	@$(RUN) tools.check format

types: ## Run mypy in strict mode on every service
	@$(RUN) tools.check types

lock: ## Compile each pyproject.toml into its lock files; ARGS=--upgrade upgrades the pinned versions
	@$(RUN) tools.lock $(ARGS)

bench: ## Run the benchmarks of all services and update docs/performance.md
	@$(RUN) tools.bench $(ARGS)

load: ## Run the load tests against a fresh system; ARGS="--url https://…" for a running one
	@$(RUN) tools.load $(ARGS)

screenshots: ## Take the screenshots for the documentation
	@$(RUN) tools.session screenshots $(ARGS)

images: ## Build the container images and print what each adds to its base; ARGS="--base IMAGE" builds on a local image, without a registry
	@$(RUN) tools.images $(ARGS)

attack: ## Attack a private system for an hour and update docs/reliability.md; ARGS="--minutes 2 --seed 7"
	@$(RUN) tools.attack $(ARGS)

deploy-check: ## Run the deployment checks that need no AWS account
	@$(RUN) tools.check deployment $(ARGS)

clean: ## Stop everything and remove .local, with the environments and the data
	@$(RUN) tools.down --clean
