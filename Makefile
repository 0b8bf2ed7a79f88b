# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo test lint types unit generate lock serve clean

help: ## Show what there is.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# One environment per set of locked requirements; a changed lock rebuilds it.
$(VENV)/cli.stamp: requirements/cli.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/cli.txt
	printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m app.cli.main "$$@"\n' > $(BIN)/canaryapp
	chmod +x $(BIN)/canaryapp
	touch $@
