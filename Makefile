# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-postgresql check bench campaign system-packages format clean

PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
READY := .venv/.ready
# A file on one worker: what its tests share is made once. The longest begin first (tests/conftest.py).
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
# One interpreter, one environment, whatever the caller had active; compiled once, not again in each process.
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
unexport VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Create .venv with everything pinned in uv.lock

$(READY): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Tramontane needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>&1). Install one and run: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/python || { $(PYTHON) -m venv .venv >/dev/null 2>&1 && test -x $(BIN)/pip; } || { rm -rf .venv; \
	  echo "'$(PYTHON) -m venv' does not work here: on Debian or Ubuntu, install it with « sudo apt-get install python3-venv »."; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv sync --quiet --frozen --all-extras --inexact --python $(BIN)/python
	@touch $(READY)

demo: $(READY) ## Start the national stand-in and the hospital application; consult DMPs step by step
	@$(BIN)/tramontane demo $(ARGS)

test: $(READY) ## Install the system packages the tests use where possible, then run the tests
	@./scripts/system-packages --if-possible
	@$(BIN)/pytest $(PARALLEL) $(ARGS)

test-postgresql: $(READY) ## Run the tests of both applications on PostgreSQL instead of SQLite
	@./scripts/system-packages --if-possible
	@TRAMONTANE_TEST_DATABASE=postgresql $(BIN)/pytest $(PARALLEL) tests/hospital tests/national tests/demo tests/spec tests/cli/test_hospital.py $(ARGS)

check: $(READY) ## Everything that needs no test run: lint, format, types, import contracts
	$(BIN)/uv lock --check --quiet
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m compileall -q src

coverage: $(READY) ## Run the tests and require 95 % of branches on the protocol and the rules
	rm -f .coverage .coverage.*
	$(BIN)/pytest $(PARALLEL) --cov --cov-report= $(ARGS)
	$(BIN)/coverage report --include='src/tramontane/dmp/*,src/tramontane/rules/*' --fail-under=95

bench: $(READY) ## Measure the speed cases of benchmarks/ as ratios; writes var/bench.json
	$(BIN)/python benchmarks/run.py $(ARGS)

campaign: $(READY) ## Slow campaigns: fuzzing, kill tests, big data
	$(BIN)/pytest -m campaign $(ARGS)

system-packages: ## Install the Debian packages the tests use (apt; root or password-less sudo)
	@./scripts/system-packages

format: $(READY) ## Rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove what make and the demo created
	rm -rf .venv var .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
