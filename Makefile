# Two commands do everything: `make run` and `make test`.
# Every recipe works in this folder, with relative paths: the path of the folder may hold spaces, quotes and accents.
SHELL := /bin/sh
VENV ?= .venv
PYTHON ?= python3
PY := "$${VENV:-.venv}/bin/python"
INSTALL := @"$${PYTHON:-python3}" app/install.py

export VENV PYTHON
export PYTHONDONTWRITEBYTECODE =  # what is started often is compiled once

ifneq ($(strip $(MAKEFILE_LIST)),Makefile)
$(error Nothing was done: start make in the folder of its Makefile, or with `make -C FOLDER`)
endif

.PHONY: run test check check-api format bench lock contracts sbom clean installed tools

run: installed  ## install, start the database, migrate, load the demo network, serve
	exec $(PY) -m app.cli run

test: check  ## lint, types, contracts, every test that needs nothing but this
	$(PY) -m pytest -n auto --dist worksteal --ignore tests/outside
	@mkdir -p build && $(PY) -m coverage run -m pytest --noconftest tests/domain > build/domain.txt
	@echo "tests/domain alone covers $$($(PY) -m coverage report --format=total) % of app/domain, branches included"

check: tools  ## ruff, mypy, import contracts, dependencies
	$(PY) -m ruff format --check . && $(PY) -m ruff check . && $(PY) -m mypy && $(PY) -m deptry .
	$(PY) -c "from importlinter.cli import lint_imports_command as lint; lint()" --no-cache

check-api: tools  ## linters, audits and clients of others look at the API; installs them with npm
	$(PY) -m pytest -n auto --dist worksteal tests/outside

format: tools  ## put the code in shape
	$(PY) -m ruff check --fix . ; $(PY) -m ruff format .

bench: tools  ## measure against the floors, in turns; writes bench/results.md
	$(PY) -m bench.run

contracts: installed  ## write openapi/openapi.json and openapi/schema.graphql
	$(PY) -m app.cli export

lock: tools  ## resolve the dependencies anew: versions and hashes; the versions become the floors
	$(PY) -m pip --disable-pip-version-check --quiet install pip-tools
	for name in "" "-dev"; do \
	  $(PY) -m piptools compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links $${name:+--extra dev} \
	    --output-file requirements$$name.txt pyproject.toml || exit 1; done
	$(PY) checks/floors.py

sbom: tools  ## what the product is made of, by CycloneDX, in dist/sbom.cdx.json
	"$${PYTHON:-python3}" -m venv --clear build/sbom
	build/sbom/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements.txt
	@mkdir -p dist
	$(PY) -m cyclonedx_py environment build/sbom/bin/python --pyproject pyproject.toml --output-reproducible \
	  --output-file dist/sbom.cdx.json

installed:
	$(INSTALL) run

tools:
	$(INSTALL) test

clean:  ## an environment that VENV names elsewhere stays
	rm -rf .venv .venv.installing build dist
