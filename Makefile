# The same words for people and CI. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Goals that run tests wait for each other: tests measure time and memory. Checks do not: `make -j2 check`.
ifneq ($(MAKECMDGOALS),check)
.NOTPARALLEL:
endif
MAKEFLAGS += --no-builtin-rules

export NEXT_TELEMETRY_DISABLED := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

BIN := .venv/bin
RUNTIME := .venv/.runtime-installed
DEV := .venv/.dev-installed
NODE_MODULES := frontend/node_modules/.package-lock.json
WEB := frontend/out/index.html
NATIVE := backend/engine/native
KERNEL := $(NATIVE)/kernel.so

PYTHON_CODE := $(wildcard apps backend deploy migrations scripts tests wsgi.py)
TYPED_CODE := $(wildcard apps backend migrations/env.py scripts tests wsgi.py)
WEB_SOURCES := $(shell find frontend/src frontend/public frontend/scripts -type f 2>/dev/null) \
	$(wildcard frontend/*.config.ts frontend/*.config.mjs frontend/package.json frontend/tsconfig.json)

FLASK := $(BIN)/python -m flask --app backend.app:create_app
# Reads .env under the environment: what was set there wins.
SETTINGS = before=$$(export -p); if [ -f .env ]; then set -a; . ./.env; set +a; fi; eval "$$before"
NPM := npm --prefix frontend --silent
# pytest's status where PYTEST_ARGS choose none of the tests of a part.
NONE_CHOSEN := 5
# A file's tests share a server. In the files' order: by their number of tests, the longest would begin last.
TWO_SERVERS := -n 2 --dist loadfile --no-loadscope-reorder
COMPILE := CUSTOM_COMPILE_COMMAND="make requirements" $(BIN)/pip-compile --quiet --generate-hashes --strip-extras \
	--allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

##@ Use
.PHONY: help
help: ## List what can be made
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(RUNTIME) $(WEB) $(KERNEL) ## Start everything on http://127.0.0.1:8000; settings from the environment, then from .env
	@$(SETTINGS); exec $(BIN)/python -m backend.serve

##@ Change
.PHONY: check
check: check-format check-lint check-types check-imports check-web ## Format, lint, sizes, types, import floors, dependencies; changes nothing

.PHONY: check-format check-lint check-types check-imports check-web
check-format: $(DEV)
	$(BIN)/ruff format --check $(PYTHON_CODE)
check-lint: $(DEV)
	$(BIN)/ruff check $(PYTHON_CODE)
	$(BIN)/python scripts/check_sizes.py $(PYTHON_CODE)
check-types: $(DEV)
	$(BIN)/mypy $(TYPED_CODE)
check-imports: $(DEV)
	$(BIN)/lint-imports
	$(BIN)/deptry .
check-web: $(NODE_MODULES)
	$(NPM) run lint
	$(NPM) run typecheck
	$(NPM) run knip

.PHONY: fmt
fmt: $(DEV) ## Format the Python code and apply the linter's safe fixes
	$(BIN)/ruff format $(PYTHON_CODE)
	$(BIN)/ruff check --fix $(PYTHON_CODE)

.PHONY: test
test: test-web test-e2e test-python ## Every test: web, browser, Python

.PHONY: test-web
test-web: $(NODE_MODULES) ## The web application's unit tests
	$(NPM) run test

.PHONY: test-e2e
test-e2e: $(RUNTIME) $(NODE_MODULES) $(WEB) $(KERNEL) ## The browser tests, against a server of their own
	scripts/ci-e2e.sh

# Of whole servers two at a time, since much of a start is waiting; then those that count seconds, with nobody beside them.
.PHONY: test-python
test-python: $(DEV) $(WEB) $(KERNEL) ## The Python tests, those of whole servers after the others; PYTEST_ARGS="-k limits -x" narrows them
	$(BIN)/python -m pytest -n auto --ignore=tests/system $(PYTEST_ARGS) || [ $$? -eq $(NONE_CHOSEN) ]
	$(BIN)/python -m pytest tests/system -m "not alone" $(TWO_SERVERS) $(PYTEST_ARGS) || [ $$? -eq $(NONE_CHOSEN) ]
	$(BIN)/python -m pytest tests/system -m alone $(PYTEST_ARGS) || [ $$? -eq $(NONE_CHOSEN) ]

##@ Measure
.PHONY: bench
bench: $(RUNTIME) $(KERNEL) ## Compare with seven other servers and write docs/benchmarks.md; BENCH_ARGS="--rounds 1" narrows it
	$(BIN)/python -m scripts.bench $(BENCH_ARGS)

.PHONY: bench-quick
bench-quick: $(RUNTIME) $(KERNEL) ## Compare with a hand-written Flask alone, in two minutes
	$(BIN)/python -m scripts.bench --quick $(BENCH_ARGS)

##@ Parts
.PHONY: venv
venv: $(DEV) ## The virtual environment with everything pinned

.PHONY: kernel
kernel: $(KERNEL) ## Build the C kernel, when its sources changed

.PHONY: web
web: $(WEB) ## Build the web application, when its sources changed

.PHONY: migrate
migrate: $(RUNTIME) ## Bring the database up to date; `make run` does so by itself
	@$(SETTINGS); $(FLASK) db upgrade

.PHONY: migration
migration: $(RUNTIME) ## Write a migration from what the models say now: make migration m="add x to y"
	@test -n "$(m)" || { echo 'Say what it does: make migration m="add x to y"' >&2; exit 2; }
	@$(SETTINGS); $(FLASK) db migrate --message "$(m)"

.PHONY: screenshots
screenshots: $(NODE_MODULES) ## Take the README's pictures from a running server; MODELPORT_PASSWORD=... make screenshots
	node frontend/scripts/screenshots.mjs

.PHONY: requirements
requirements: $(DEV) ## Compile requirements*.in to requirements*.txt, pinned with hashes
	$(COMPILE) --output-file requirements.txt requirements.in
	$(COMPILE) --output-file requirements-dev.txt --constraint requirements.txt requirements-dev.in

.PHONY: clean
clean: ## Remove builds and caches; keeps .venv, node_modules, instance and models_store
	rm -f $(KERNEL)
	rm -rf frontend/out frontend/.next frontend/test-results frontend/playwright-report
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(PYTHON_CODE) -type d -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	python=$$(scripts/bootstrap.sh python) && "$$python" -m venv .venv

$(RUNTIME): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps --requirement requirements-dev.txt
	@touch $@

# Without a compiler its work is done by arrays, trees' many times slower: better than not at all.
$(KERNEL): $(wildcard $(NATIVE)/*.c $(NATIVE)/*.h)
	@if command -v $(CC) >/dev/null; then \
		$(CC) -std=c11 -O3 -ffp-contract=off -pthread -Wall -Wextra -shared -fPIC -o $@ $(filter %.c,$^); \
	else \
		echo "No C compiler: models made of trees, batches and limits will be slower. Debian or Ubuntu: apt-get install gcc libc6-dev" >&2; \
	fi

# Versions and digests come from the lock, which --no-save leaves alone. Not `npm ci`: it refuses a lock without the optional
# binaries of platforms that the registry at hand does not carry.
$(NODE_MODULES): frontend/package-lock.json
	scripts/bootstrap.sh node
	npm --prefix frontend install --no-save --no-audit --no-fund
	@touch $@

$(WEB): $(NODE_MODULES) $(WEB_SOURCES)
	npm --prefix frontend run build
	@touch $@
