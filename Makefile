# Two commands set everything up on a fresh machine with Python 3.11 or later:
#   make demo             ingest a made-up page into a new archive, verify, audit, deposit, and show what it made
#   make demo PAGE=FILE   the same with a page of yours
#   make test             the tests that this machine can run, but a part of the long ones
#   make test-all         all of them

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PAGE ?= tests/fixtures/cablebrowser/05STRELSAU4281.flattened.txt
DEMO ?= demo
PYTEST_ARGS ?= -n auto --dist worksteal
# pip prints the places it looks at; only its errors matter here.
PIP = $(BIN)/python -m pip install -qq --disable-pip-version-check

.PHONY: help demo test test-all check format golden clean

help:
	@sed -n '1,5p' Makefile

# The environment: made once, made again when the dependencies change.
$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'preserve needs Python 3.11 or later; say which one with: make PYTHON=python3.12 ...' >&2; exit 1; }
	@echo 'making the environment in $(VENV) ...'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade 'pip>=25.1'
	@$(PIP) --editable . && touch $@

$(VENV)/tested: $(VENV)/installed
	@$(PIP) --group test && touch $@

$(VENV)/checked: $(VENV)/tested
	@$(PIP) --group check && touch $@

demo: $(VENV)/installed
	@BIN=$(BIN) PAGE=$(PAGE) DEMO=$(DEMO) sh docs/demo.sh

test: $(VENV)/tested
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-all: $(VENV)/tested
	@$(BIN)/python -m pytest $(PYTEST_ARGS) --all

check: $(VENV)/checked
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(VENV)/checked
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

golden: $(VENV)/tested
	@$(BIN)/python -m pytest -n auto --all --accept-golden ; git diff --stat -- tests/golden

clean:
	@rm -rf $(VENV) $(DEMO) build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
