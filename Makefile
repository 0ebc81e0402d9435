# Thin on purpose: what a target does is in tools/, in Python that is typed and tested.
.DEFAULT_GOAL := help
.PHONY: help up down night status psql logs backup restore test test-api test-dash test-prefect test-tools test-locust lint \
	format types lock bench load screenshots images deploy-check setup clean

# The first interpreter that the services can run on; another: make PYTHON=/usr/bin/python3.12 …
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& echo $$python && break; done)
ifeq ($(PYTHON),)
$(error Python 3.11, 3.12 or 3.13 is needed and was not found)
endif
# Compiled modules are kept, and under .local: without them Prefect alone takes twice as long to start.
RUN := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX='$(CURDIR)/.local/cache/pycache' PYTHONUNBUFFERED=1 $(PYTHON) -m
ARGS ?=
DETACH ?=

help: ## Say what there is
	@echo "make TARGET"; echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

up: ## Run the whole system until Ctrl-C or make down; DETACH=1 returns when it answers
	@$(RUN) tools.up $(if $(DETACH),--detach)

down: ## Stop it; the data is kept
	@$(RUN) tools.down

night: ## Run the nightly flow once more in the running system; ARGS="--dry-run" and so on go to flow.py
	@$(RUN) tools.session night $(ARGS)

status: ## Say what runs, and where
	@$(RUN) tools.session status

psql: ## Open the running system's database; ROLE=loader or ROLE=reader for less rights
	@$(RUN) tools.session psql $(ROLE)

backup: ## Save the running system's data; TO=folder
	@$(RUN) tools.backup save $(TO)

restore: ## Restore a backup into a new system; FROM=folder, REPLACE=1 over existing data
	@$(RUN) tools.backup restore $(FROM) $(if $(REPLACE),--replace)

logs: ## Follow every log of the running system
	@$(RUN) tools.session logs

setup: ## Install packages and environments without starting anything
	@$(RUN) tools.apt --browser
	@$(RUN) tools.environments

test: ## Lint, types and all tests of all services, against servers of its own
	@$(RUN) tools.check all

test-api: ## Tests of the API; ARGS="-k words -x" go to pytest
	@$(RUN) tools.check test api -- $(ARGS)

test-dash: ## Tests of the reports
	@$(RUN) tools.check test dash -- $(ARGS)

test-prefect: ## Tests of the pipeline and of the sample portal
	@$(RUN) tools.check test prefect -- $(ARGS)

test-tools: ## Tests of make itself, and of what must agree across the repository
	@$(RUN) tools.check test tools -- $(ARGS)

test-locust: ## Tests of the load tests, with a small run of make load
	@$(RUN) tools.check test locust -- $(ARGS)

lint: ## ruff check, ruff format --check, yamllint, locks in step
	@$(RUN) tools.check lint

format: ## Let ruff repair what it can
	@$(RUN) tools.check format

types: ## mypy, strict, per service
	@$(RUN) tools.check types

lock: ## Compile every pyproject.toml into its locks; ARGS=--upgrade takes newer versions
	@$(RUN) tools.lock $(ARGS)

bench: ## Measure what each service's benchmarks measure
	@$(RUN) tools.extras bench $(ARGS)

load: ## Visitors against a fresh system with a night meanwhile; ARGS="--url https://…" for one that runs
	@$(RUN) tools.extras load $(ARGS)

screenshots: ## Take the pictures of the documentation
	@$(RUN) tools.extras screenshots $(ARGS)

images: ## Build the container images and say what each adds to its base; ARGS="--install --local-base" without Docker
	@$(RUN) tools.extras images $(ARGS)

deploy-check: ## Check what can be checked of the deployment without an account
	@$(RUN) tools.extras deploy-check $(ARGS)

clean: ## Stop everything and remove .local, with the environments and the data
	@$(RUN) tools.clean
