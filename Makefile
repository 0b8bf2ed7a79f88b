# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit bench mutants soak-search soak-input soak-rollouts soak generate lock sbom audit serve clean

help: ## Show what there is.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 15

demo: $(VENV)/cli.stamp ## Run a rollout and a rollback against the embedded cluster. ARGS="--help" shows the options.
	@$(BIN)/canaryapp demo $(ARGS)

test: lint types unit ## Everything that must pass: lint, types, tests with coverage.

lint: $(VENV)/dev.stamp ## Style and formatting.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp ## Types.
	$(BIN)/mypy

# The decision, the analysis and the builders are covered to the last branch, the rest nearly.
unit: $(VENV)/dev.stamp ## Tests with branch coverage.
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder --cov=app --cov-branch --cov-report=
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='app/rollout/*,app/analysis/*,app/desired/*' --format=total

MINUTES ?= 10
soak: soak-input soak-search soak-rollouts ## All three, each for MINUTES=10.

soak-search: $(VENV)/dev.stamp ## Search ever larger models of a rollout for a broken safety rule. MINUTES=10
	$(BIN)/python -m tests.exhaustive --minutes $(MINUTES)

soak-input: $(VENV)/dev.stamp ## Damaged requests, other ones each time: 100,000, and for at least so many MINUTES. ARGS="--help" shows more.
	$(BIN)/python -m tests.abuse.soak --minutes $(MINUTES) $(ARGS)
	DOCUMENT_EXAMPLES=1000 $(BIN)/pytest -q tests/abuse/test_document.py

bench: $(VENV)/dev.stamp ## How fast the hook is, against a baseline. ARGS="--quick" is shorter, ARGS="--help" shows more.
	@$(BIN)/python -m benchmarks $(ARGS)

soak-rollouts: $(VENV)/dev.stamp ## Play anything to rollouts for MINUTES=10, with fresh chance. A story that breaks a rule is printed and kept.
	@$(BIN)/python -m tests.safety.storm.soak --minutes $(MINUTES)

mutants: $(VENV)/dev.stamp ## Break the decision on purpose and say what no test noticed. ARGS narrows it, "--help" tells how.
	nice -n 5 $(BIN)/python -m tests.mutation $(ARGS)

generate: $(VENV)/dev.stamp ## Bring generated files up to date: the CRD, the diagrams.
	$(BIN)/canaryapp generate

audit: $(VENV)/dev.stamp ## Ask whether a locked package has a known vulnerability: 0 for none, 1 for one, 2 for nobody to ask.
	@$(BIN)/python -m tests.packaging.audit $(ARGS)

sbom: $(VENV)/dev.stamp ## Write the bill of materials of the image anew, from its lock.
	$(BIN)/python -m tests.packaging.bill

serve: $(VENV)/cli.stamp ## Serve the hook on port 8080.
	$(BIN)/python -m app

lock: ## Lock the requirements anew (needs uv).
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras pyproject.toml -o requirements/run.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras pyproject.toml --extra cli -c requirements/run.txt -o requirements/cli.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-strip-extras pyproject.toml --extra cli --extra dev -c requirements/cli.txt -o requirements/dev.txt

clean: ## Remove the environment and all caches.
	rm -rf $(VENV) .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .mutants

# The environment follows the locked requirements: a changed lock is installed over it.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, PYTHON is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/cli.stamp: requirements/cli.txt pyproject.toml | $(BIN)/python
	$(PIP) -r requirements/cli.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/cli.stamp
	$(PIP) -r requirements/dev.txt
	@touch $@
