# Two commands do everything: `make run` and `make test`.
SHELL := /bin/sh
HERE := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))
VENV ?= $(HERE).venv
PYTHON ?= python3
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

export PYTHONDONTWRITEBYTECODE =  # what is started often is compiled once

.PHONY: run test check check-api format bench lock contracts sbom clean

run: $(VENV)/.run  ## install, start the database, migrate, load the demo network, serve
	cd $(HERE) && exec $(BIN)/samen run

test: check  ## lint, types, contracts, every test that needs nothing but this
	cd $(HERE) && $(BIN)/pytest -n auto --dist worksteal --ignore tests/outside

check: $(VENV)/.test  ## ruff, mypy, import contracts, dependencies
	cd $(HERE) && $(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache && $(BIN)/deptry .

check-api: $(VENV)/.test  ## linters, audits and clients of others look at the API; installs them with npm
	cd $(HERE) && $(BIN)/pytest -n auto --dist worksteal tests/outside

format: $(VENV)/.test  ## put the code in shape
	cd $(HERE) && $(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: $(VENV)/.test  ## measure against the floors, in turns; writes bench/results.md
	cd $(HERE) && $(BIN)/python -m bench.run

contracts: $(VENV)/.run  ## write openapi/openapi.json and openapi/schema.graphql
	cd $(HERE) && $(BIN)/samen export

lock: $(VENV)/.test  ## resolve the dependencies anew: versions and hashes
	$(PIP) install pip-tools
	cd $(HERE) && for name in "" "-dev"; do \
	  $(BIN)/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links $${name:+--extra dev} \
	    --output-file requirements$$name.txt pyproject.toml || exit 1; done

sbom: $(VENV)/.test  ## what the product is made of, by CycloneDX, in dist/sbom.cdx.json
	$(PYTHON) -m venv --clear $(HERE)build/sbom
	$(HERE)build/sbom/bin/pip --disable-pip-version-check --quiet install --require-hashes -r $(HERE)requirements.txt
	@mkdir -p $(HERE)dist
	$(BIN)/cyclonedx-py environment $(HERE)build/sbom/bin/python --pyproject $(HERE)pyproject.toml --output-reproducible \
	  --output-file $(HERE)dist/sbom.cdx.json

$(VENV)/bin/pip:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/pip $(HERE)requirements.txt $(HERE)pyproject.toml
	@echo "Installing…"
	@$(PIP) install --require-hashes -r $(HERE)requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index -e $(HERE)
	@touch $@

$(VENV)/.test: $(VENV)/.run $(HERE)requirements-dev.txt
	@echo "Installing the tools…"
	@$(PIP) install --require-hashes -r $(HERE)requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) $(HERE)build $(HERE)dist
