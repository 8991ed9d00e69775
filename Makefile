# Works with GNU make 3.81 and newer. On Windows see docs/install.md.
SHELL := /bin/sh

# The first Python on the path that is new enough; `make run PYTHON=python3.12` chooses another.
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
ifeq ($(PYTHON),)
PYTHON := python3
endif
endif

BIN := .venv/bin
BIOME := $(BIN)/node node_modules/@biomejs/biome/bin/biome
TSC := $(BIN)/node node_modules/typescript/bin/tsc
WORKERS ?= 2
ARGS ?=

.PHONY: help run setup dev test coverage check format languages bench gpu wheel lock clean

help: ## list these targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -e 's/:.*## /|/' | \
		while IFS='|' read -r name text; do printf '  make %-9s %s\n' "$$name" "$$text"; done

run: setup ## set up on the first call, then serve the app on http://localhost:8501
	@exec $(BIN)/python app.py

setup: python ## install what the app needs into .venv
	@$(PYTHON) scripts/setup.py

dev: python ## install what tests and checks need as well
	@$(PYTHON) scripts/setup.py --dev

test: dev ## run the tests; WORKERS=2 processes, ARGS="-k name" for pytest
	$(BIN)/node --test "tests/js/**/*.test.js"
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

coverage: dev ## measure what units and pages reach; fails where a package is below 90 %
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not browser" --cov --cov-report= --cov-report=json $(ARGS)
	$(BIN)/python scripts/coverage_by_package.py

check: dev ## lint, formatting, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIOME) check --error-on-warnings
	$(TSC) --project .
	$(TSC) --project tests/js

format: dev ## repair formatting and what lint can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIOME) check --write

languages: dev ## gather the visible texts into the catalogues of the other languages
	@$(BIN)/python scripts/languages.py

bench: dev ## run each benchmark; each prints one JSON object
	@failed=0; for script in benchmarks/[a-z]*.py; do \
		[ -e "$$script" ] || continue; \
		$(BIN)/python "$$script" || { echo "failed: $$script" >&2; failed=1; }; \
	done; exit $$failed

gpu: dev ## test and measure this machine's GPU, at most 6 minutes; all figures in .cache/gpu.json
	@$(BIN)/python benchmarks/gpu.py --json .cache/gpu.json $(ARGS)

wheel: dev ## build dist/latent_explorer-*.whl, to install elsewhere with pip or uv
	@rm -rf dist
	$(BIN)/python -m hatchling build -t wheel

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--no-config --custom-compile-command "make lock" $(UPGRADE)

lock: dev ## write the lock files again; UPGRADE=--upgrade takes newer versions
	$(COMPILE) requirements.txt --output-file requirements.lock
	$(COMPILE) requirements-dev.txt --constraint requirements.lock --output-file requirements-dev.lock
	@! grep -n '://' requirements.lock requirements-dev.lock
	$(BIN)/npm $(if $(UPGRADE),update,install) --package-lock-only
	@! grep -n '"resolved"' package-lock.json

clean: ## remove caches (not .venv, runs or data)
	rm -rf .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: python
python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed and '$(PYTHON)' is not one; install it (Debian, Ubuntu: apt" \
			"install python3 python3-venv; macOS: brew install python) or name it: make run PYTHON=..." >&2; \
		exit 2; }
