# `make demo` solves and draws a problem; `make test` installs everything else and runs the whole suite.
# Both need only Python 3.11 or newer: make demo PYTHON=python3.12

PYTHON ?= python3
VENV ?= .venv
SUITE ?= x12
SOLVERS ?= auto,auto@2,pyvrp,hgs-cvrp,vroom,ortools
SECONDS ?= 10

BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# Stamps: an environment is installed again only when one of these files has changed.
CORE := $(VENV)/core.installed
EVERYTHING := $(VENV)/everything.installed
STATED := pyproject.toml constraints.txt

.PHONY: install demo test lint type bench bench-long app clean

install: $(EVERYTHING)

demo: $(CORE)
	$(BIN)/python -m routeopt.demo

test: $(EVERYTHING)
	$(BIN)/python -m pytest

lint: type
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

type: $(EVERYTHING)
	$(BIN)/mypy

bench: $(EVERYTHING)
	$(BIN)/routeopt bench $(SUITE) --solvers $(SOLVERS) --seconds $(SECONDS)

bench-long: $(EVERYTHING)
	PYTHON=$(BIN)/python benchmarks/long.sh

app: $(EVERYTHING)
	$(BIN)/routeopt app

clean:
	rm -rf build demo dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "routeopt needs Python 3.11 or newer; name one: make PYTHON=python3.12" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 2; }

$(CORE): $(STATED) | $(BIN)/python
	@echo "installing routeopt and what it draws with into $(VENV)"
	$(INSTALL) -e ".[plot]"
	@touch $@

# One resolution of all extras: several would let a later one change what an earlier one chose.
$(EVERYTHING): $(STATED) | $(BIN)/python
	@echo "installing routeopt with every extra into $(VENV); this takes some minutes"
	$(INSTALL) -e ".[all,dev]"
	@touch $(CORE) $@
