# Two commands do everything: `make demo` runs the whole system, `make test` checks all of it.
# Both prepare what they need. Longer batteries have their own targets with their size as a parameter.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	if $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then echo $$p; exit 0; fi; done)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test lint types imports pytest browser-ready lock clean kills pg-kills bench explore help

help:
	@echo "make demo            the whole system with a simulated district (ARGS='--speed 4' passes options)"
	@echo "make test            format, lint, import contract, types and every test, the browser ones included"
	@echo "make kills N=20      kill -9 service and database N times with alerts flowing: is one lost, is one doubled?"
	@echo "make pg-kills N=60   kill -9 the embedded PostgreSQL N times under writes and count what was lost"
	@echo "make explore ROUNDS=5  new random examples for every property"
	@echo "make bench           the benchmarks, as ratios in one run"
	@echo "make lock            write the lock files again from setup.cfg"

demo: $(VENV)/.runtime
	$(BIN)/python -m busline demo $(ARGS)

test: lint types imports pytest

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

pytest: $(VENV)/.dev browser-ready
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

browser-ready: $(VENV)/.dev
	@$(BIN)/python tests/browser/ready.py

# The size of the batteries: how many times service and database are killed with alerts flowing, ...
kills: N ?= 20
kills: $(VENV)/.dev
	$(BIN)/python -m benchmarks.kills --kills $(N) $(ARGS)

# ... and how many times the database alone under writes.
pg-kills: N ?= 60
pg-kills: $(VENV)/.dev
	$(BIN)/python benchmarks/postgres_kills.py --cycles $(N)

# New examples for every property, ROUNDS times over: what `make test` draws is the same each time.
ROUNDS ?= 5
explore: $(VENV)/.dev
	for round in $$(seq $(ROUNDS)); do HYPOTHESIS_PROFILE=explore $(BIN)/pytest -n 2 tests/properties || exit 1; done

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Busline needs Python 3.11, 3.12 or 3.13 on the PATH; none was found."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

lock:
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile setup.cfg --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra lockroot -q -o requirements.lock
	$(BIN)/uv pip compile setup.cfg --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra lockroot --extra dev -q -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
