# Rugzak: every target does its own set-up. `make help` lists them.
SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
# What is installed: for production without the tools of development, LOCK=requirements.lock
LOCK ?= requirements-dev.lock
PORT ?= 5000
WORKERS ?= 2
export PORT WORKERS

.PHONY: help install demo run worker test lint content fix bench screenshots messages locks

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/.installed ## Create .venv with exactly the locked packages

.venv/.installed: $(LOCK)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Rugzak needs Python 3.11 or later; name it with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python lacks its venv module; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@touch $@

demo: install ## Start the tool and a demo LMS, and print the one address to open
	@exec $(BIN)/python -m tests.demo_lms.run

run: install ## Run the production server with the settings of the environment (PORT, WORKERS)
	$(BIN)/alembic upgrade head
	exec $(BIN)/granian --interface wsgi --no-ws --host 127.0.0.1 --port $(PORT) --workers $(WORKERS) \
	  --blocking-threads 1 --log-level warning wsgi:app

worker: install ## Run a worker beside the server: erases what has passed its date, replaces keys
	exec $(BIN)/flask --app wsgi worker

test: install ## Run everything: lint, types, architecture, units on both databases, browser
	@$(BIN)/python -m tests.prepare
	@$(MAKE) --no-print-directory lint
	@mkdir -p var
	$(BIN)/python -W "ignore:Unable to activate pytest" -m slipcover --json --out var/coverage.json -m pytest -n auto
	$(BIN)/python -m slipcover --fail-under 95 --out var/coverage.json --merge var/coverage.json

lint: install ## Check style, types and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/flask --app wsgi content check

lint content: export RUGZAK_ENVIRONMENT = demo

content: install ## Check the course content in modules/, or your own with FOLDER=my-line
	@$(BIN)/flask --app wsgi content check $(FOLDER)

fix: install ## Format, and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install ## Measure launches and pages on both databases
	@$(BIN)/python -m tests.prepare
	$(BIN)/python -m benchmarks.run

screenshots: install ## Make pictures of every page, in var/screenshots
	@$(BIN)/python -m tests.prepare
	$(BIN)/python -m tests.browser.screenshots

messages: install ## Gather the sentences to translate, and compile the catalogues
	@mkdir -p var
	$(BIN)/pybabel -q extract -F pyproject.toml -k lazy_gettext --no-location --sort-output -o var/messages.pot .
	$(BIN)/pybabel -q update -i var/messages.pot -d lti_tool/web/translations -w 100 \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel -q compile -d lti_tool/web/translations

locks: ## Resolve the locked packages anew (needs uv)
	uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras --python-version 3.11 -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras --python-version 3.11 -q -o requirements-dev.lock
	uv pip compile --group postgresql --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras --python-version 3.11 -q -o requirements-postgresql.lock
