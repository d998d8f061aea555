# Pinegate. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
# An environment of your own, into which nothing is installed: make check VENV=/path/to/venv
VENV ?= .venv
ifeq ($(VENV),.venv)
PREPARE := $(PYTHON) tools/prepare.py
else
PREPARE := true
endif

BIN := $(VENV)/bin
export XDG_CACHE_HOME ?= $(CURDIR)/.cache
export npm_config_cache ?= $(CURDIR)/.cache/npm
# Where tools/prepare.py lays Node when the machine has none.
export PATH := $(CURDIR)/.cache/node:$(PATH)

GENERATORS := $(sort $(wildcard tools/generate/*.py))
LINTS := $(sort $(wildcard tools/lints/*.py))
BENCHMARKS := $(filter-out benchmarks/collect.py benchmarks/_%,$(sort $(wildcard benchmarks/*.py)))
# One folder a category of tests.
TESTS := $(sort $(wildcard tests/unit tests/contracts tests/integration tests/e2e))
SOURCES := src tests benchmarks tools $(wildcard examples)
# What tools/generate/*.py write; a check refuses a committed file that differs from what is generated.
GENERATED := deploy/configuration.md docs/architecture/states.md docs/architecture/permissions.md $(wildcard portal/src/api/schema.d.ts portal/openapi.json)

.PHONY: help
help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Prepare everything and start the demonstration city (Ctrl-C stops all of it)
	@$(PREPARE) --portal
	@exec $(BIN)/pinegate demo

.PHONY: setup
setup: ## Prepare everything to work on the code: packages, portal, the programs that tests drive
	@$(PREPARE) --development --portal --test-programs

.PHONY: unit
unit: ## Run the unit tests (a minute at most)
	@$(PREPARE) --development
	$(BIN)/python -m pytest tests/unit

.PHONY: test
test: ## Run every test, the browser's included, and hold the unit tests' coverage; TEST="a path, a node id or -k words" runs those
	@$(PREPARE) --development --portal --test-programs
ifdef TEST
	$(BIN)/python -m pytest $(TEST)
else
	$(BIN)/python -m pytest tests/unit --cov
	$(BIN)/python -m pytest $(filter-out tests/e2e tests/unit,$(TESTS))
	$(BIN)/python -m pytest tests/e2e
	@if [ -f portal/package.json ]; then npm --prefix portal run test; fi
endif

.PHONY: drills
drills: ## Let the city fail in earnest: takeovers, losses, attacks, a full disk (minutes; the disk needs root); TEST="a path" runs one
	@$(PREPARE) --development --portal --test-programs
	$(BIN)/python -m pytest $(or $(TEST),tests/drills)

.PHONY: interop
interop: ## Devices on foreign SIP stacks register: SIPp, Sofia-SIP (needs cc, pkg-config, libsofia-sip-ua-dev), sipgo (needs Go ≥ 1.24)
	@$(PREPARE) --development --test-programs
	$(BIN)/python -m pytest -m "interop or not interop" tests/integration/gb28181/test_foreign_stacks.py

.PHONY: fuzz
fuzz: ## Damage the kept inputs of the parsers at random for FUZZ_SECONDS=60 and keep what crashes them
	@$(PREPARE) --development
	PYTHONPATH=src:. $(BIN)/python -m tests.fuzz --seconds $(or $(FUZZ_SECONDS),60)

.PHONY: sizes
sizes: ## Print how large files and functions are, by layer
	@$(PYTHON) tools/sizes.py

.PHONY: check
check: ## Format, lint, types, import contracts, own lints, generated files, portal
	@$(PREPARE) --development --portal
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/basedpyright --pythonpath $(BIN)/python
	PYTHONPATH=src $(BIN)/lint-imports
	@for lint in $(LINTS); do echo "$$lint"; $(BIN)/python $$lint; done
	$(BIN)/python tools/sizes.py --check
	@$(MAKE) --no-print-directory generate
	@git diff --exit-code -- $(GENERATED) || { echo 'Generated files have changed: read them, git add them, and check again.'; exit 1; }
	@if [ -f portal/package.json ]; then npm --prefix portal run lint; npm --prefix portal run typecheck; fi

.PHONY: format
format: ## Format the Python code and fix what the linter can
	@$(PREPARE) --development
	$(BIN)/ruff check --fix-only $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

.PHONY: generate
generate: ## Write the generated files anew
	@for script in $(GENERATORS); do echo "$$script"; PYTHONPATH=src $(BIN)/python $$script; done

.PHONY: mutants
mutants: ## Remove one rule at a time and see that a test notices (one: MUTANT=name; without a database: UNIT=1)
	@$(PREPARE) --development
	$(BIN)/python tools/mutants.py $(if $(UNIT),--unit) $(MUTANT)

.PHONY: migration
migration: ## Write the next migration from the tables of the code: NAME="points have a height"
	@PYTHONPATH=src $(BIN)/python tools/new_migration.py $(NAME)
	@$(BIN)/ruff check --fix-only --quiet src/pinegate/adapters/database/migrations
	@$(BIN)/ruff format --quiet src/pinegate/adapters/database/migrations

.PHONY: bench
bench: ## Run each benchmark briefly and write benchmarks/RESULTS.md
	@$(PREPARE) --development
	PYTHONPATH=src:. $(BIN)/python benchmarks/collect.py $(BENCHMARKS)

.PHONY: lock
lock: ## Lock the dependencies of the pyproject.toml files (needs uv); UPGRADE=1 chooses the newest, else what fits stays
	uv pip compile $(PROJECTS) --group build $(LOCK) --output-file requirements.txt
	uv pip compile $(PROJECTS) --group build --group dev $(LOCK) --constraint requirements.txt --output-file requirements-dev.txt
	uv pip compile --group node $(LOCK) --constraint requirements-dev.txt --output-file requirements-node.txt
PROJECTS := pyproject.toml src/pinegate_simulator/pyproject.toml
LOCK := --no-emit-package pinegate $(if $(UPGRADE),--upgrade) --universal --python-version 3.11 --generate-hashes --no-annotate --quiet --custom-compile-command "make lock"

.PHONY: clean
clean: ## Remove what was installed and built; the demonstration's data stay
	rm -rf $(if $(filter .venv,$(VENV)),.venv) .cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage
	rm -rf portal/node_modules portal/dist test-artifacts

.PHONY: clean-data
clean-data: ## Remove the demonstration's data as well
	-[ ! -x $(BIN)/pinegate ] || $(BIN)/pinegate database stop
	rm -rf .data
